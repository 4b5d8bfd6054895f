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
import { clearCgroup, enterCgroup, joinCgroup, removeCgroup, showCgroup } from "./cgroup.ts";

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
   * @param prepare shell commands that run first, inside, in the machine's folder.
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
        cwd: sandbox.folder,
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
    const { pid, cgroup } = this;
    const kinds = cgroup === undefined ? ["net"] : Object.keys(options);
    const namespaces = kinds.map((kind) => `--${options[kind]}=/proc/${pid}/ns/${kind}`);
    const enter = [...namespaces, "--", command, ...args];
    if (cgroup === undefined) return { command: "nsenter", args: enter };
    // Before its namespace is entered: nobody moves a process from outside into a cgroup inside.
    const join = `${joinCgroup(cgroup)}\nexec nsenter "$@"`;
    return { command: "sh", args: ["-ec", join, "machine", ...enter] };
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

/** Names of nsenter's options, by kind of namespace. */
const options: Readonly<Record<string, string>> = {
  "net": "net",
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
  const namespaces = "--net --mount --propagation=private --pid --mount-proc";
  const enter = `${enterCgroup(cgroup)}\nexec unshare --cgroup sh -ec "$1" machine "$2"`;
  const separate = `${
    clearCgroup(cgroup)
  }\nexec unshare ${namespaces} --fork --kill-child sh -ec "$1"`;
  const inside = `${showCgroup(cgroup)}\n${script}`;
  return { command: "sh", args: ["-ec", enter, "machine", separate, inside] };
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
