/**
 * A machine of its own, as far as network and processes go: namespaces of this one.
 *
 * @module
 */
import { basename } from "node:path";
import { findBinary } from "../../binaries/find.ts";
import { eventually } from "../../process/eventually.ts";
import type { ManagedProcess, ProcessOptions } from "../../process/managed_process.ts";
import { Sandbox } from "../../process/sandbox.ts";
import { cleanupFile } from "../../process/watchdog.ts";
import { enterCgroup, removeCgroup, showCgroup } from "./cgroup.ts";

/** What is separate beside the network. */
export type Isolation =
  /** Nothing: a client that only has to come from elsewhere. */
  | "network"
  /**
   * Processes, mounts and cgroups as well. The kernel ends the processes with the first of them and
   * drops the mounts with the last, also those of containers: neither has to be found.
   */
  | "full";

/** Network namespace, and more, held by one process. Disposing of it ends everything inside. */
export class Machine implements AsyncDisposable {
  #ended: Promise<void> | undefined;

  private constructor(
    readonly name: string,
    readonly sandbox: Sandbox,
    private readonly holder: ManagedProcess,
    private readonly isolation: Isolation,
  ) {}

  /**
   * Starts a machine that is connected to nothing.
   *
   * @param prepare shell commands that run first, inside.
   * @throws Error when this user may not make namespaces.
   */
  static async start(name: string, isolation: Isolation, prepare = ":"): Promise<Machine> {
    const sandbox = await Sandbox.create(name);
    try {
      const ready = sandbox.path("ready");
      // Static, and it reaps whatever loses its parent.
      const first = await findBinary("pod");
      const last = `touch ${ready}\nexec ${first} pause`;
      const holder = await sandbox.start({
        name: `${name}-machine`,
        ...isolation === "full"
          ? await separateAll(sandbox, `${prepare}\n${last}`)
          : { command: "unshare", args: ["--net", "sh", "-ec", `${prepare}\n${last}`] },
      });
      await eventually(() => isThere(ready, holder), { describe: `machine ${name}` });
      return new Machine(name, sandbox, holder, isolation);
    } catch (error) {
      await sandbox[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The cgroup of everything in it, if it has one. */
  get cgroup(): string | undefined {
    return this.isolation === "full" ? cgroupOf(this.sandbox) : undefined;
  }

  /** Number of the process whose network namespace it is. */
  get pid(): number {
    return this.holder.pid;
  }

  /** The command line that runs a program inside. */
  inside(command: string, args: readonly string[]): { command: string; args: string[] } {
    const namespaces = `/proc/${this.pid}/ns`;
    const separate = this.isolation === "full"
      ? ["mnt", "cgroup", "pid_for_children"].map((kind) =>
        `--${options[kind]}=${namespaces}/${kind}`
      )
      : [];
    return {
      command: "nsenter",
      args: [`--net=${namespaces}/net`, ...separate, "--", command, ...args],
    };
  }

  /** Starts a program inside; its log is in the sandbox. */
  start(options: ProcessOptions): Promise<ManagedProcess> {
    return this.sandbox.start({ ...options, ...this.inside(options.command, options.args ?? []) });
  }

  /** Also a second time: a network ends its machines, and whoever started one may do so before. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended ??= this.sandbox[Symbol.asyncDispose]();
    await this.#ended;
  }
}

/** Names of nsenter's options. */
const options: Readonly<Record<string, string>> = {
  "mnt": "mount",
  "cgroup": "cgroup",
  "pid_for_children": "pid",
};

/** The cgroup of a machine. */
function cgroupOf(sandbox: Sandbox): string {
  return `/${basename(sandbox.folder)}`;
}

async function separateAll(sandbox: Sandbox, script: string) {
  const cgroup = cgroupOf(sandbox);
  await sandbox.write(cleanupFile, removeCgroup(cgroup));
  const namespaces = "--net --cgroup --mount --propagation=private --pid --mount-proc";
  const outer = `${
    enterCgroup(cgroup)
  }\nexec unshare ${namespaces} --fork --kill-child sh -ec "$1"`;
  const inner = `${showCgroup(cgroup)}\n${script}`;
  return { command: "sh", args: ["-ec", outer, "machine", inner] };
}

async function isThere(path: string, holder: ManagedProcess): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    if (holder.running) return false;
    throw new Error(`it ended: ${await holder.logTail()}`);
  }
}
