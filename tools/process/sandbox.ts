/**
 * A temporary folder together with the processes that run in it; one ends with the other.
 *
 * @module
 */
import { join } from "node:path";
import { ManagedProcess, type ProcessOptions } from "./managed_process.ts";
import { saveLogs } from "./saved_logs.ts";
import { Watchdog } from "./watchdog.ts";

/** Set to anything, it leaves the folders of all sandboxes in place for inspection. */
export const keepVariable = "KUBELB_KEEP";

/**
 * Owner of a folder and of processes. However this program ends, orderly, by a signal or by
 * `kill -9`, the processes and their descendants are killed and the folder is removed.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Sandbox } from "./sandbox.ts";
 * await using sandbox = await Sandbox.create("example");
 * const sleeper = await sandbox.start({ name: "sleeper", command: "sleep", args: ["1000"] });
 * assert.equal(sleeper.running, true);
 * ```
 */
export class Sandbox implements AsyncDisposable {
  readonly #processes: ManagedProcess[] = [];
  readonly #watchdog: Watchdog;

  private constructor(
    /** What the folder is for; part of its name. */
    readonly name: string,
    /** Absolute path, readable by this user only. */
    readonly folder: string,
  ) {
    this.#watchdog = new Watchdog(folder, Deno.env.has(keepVariable));
  }

  /** Makes the folder under the system's temporary folder. */
  static async create(name: string): Promise<Sandbox> {
    return new Sandbox(name, await Deno.makeTempDir({ prefix: `kubelb-${name}-` }));
  }

  /** Absolute path of a file or folder inside. */
  path(...segments: string[]): string {
    return join(this.folder, ...segments);
  }

  /** Writes a file that only this user can read, and its folders; returns its path. */
  async write(name: string, content: string): Promise<string> {
    const path = this.path(name);
    await Deno.mkdir(join(path, ".."), { recursive: true });
    await Deno.writeTextFile(path, content, { mode: 0o600 });
    return path;
  }

  /** Starts a process whose output goes to `<folder>/<name>.log`. */
  async start(options: ProcessOptions): Promise<ManagedProcess> {
    const process = new ManagedProcess(options, this.folder, (pid) => this.#watchdog.guard(pid));
    this.#processes.push(process);
    await process.start();
    return process;
  }

  /** Ends the processes, newest first, each within its grace period, and removes the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const process of this.#processes.toReversed()) await process.stop();
    await saveLogs(this.name, this.folder);
    await this.#watchdog[Symbol.asyncDispose]();
  }
}
