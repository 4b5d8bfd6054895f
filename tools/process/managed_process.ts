/**
 * One program under our hand: its output in a file, killed and started again at will.
 *
 * @module
 */
import { join } from "node:path";
import { delay, systemClock } from "../../base/clock.ts";
import { sandboxVariable } from "./watchdog.ts";

/** What to run. */
export interface ProcessOptions {
  /** Names the log file; unique within its sandbox. */
  readonly name: string;
  /** A path, or a name to be found on PATH. */
  readonly command: string;
  readonly args?: readonly string[];
  /** Added to the environment of this program. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Milliseconds between SIGTERM and SIGKILL when it is stopped; 0 (default) is SIGKILL at once. */
  readonly grace?: number;
}

// The shell only opens the log, so that no byte passes through this program; then it is replaced,
// so that the process id is the command's own.
const launcher = 'log=$1; shift; exec "$@" </dev/null >>"$log" 2>&1';

/** A child process that can be started again after it has ended. Made by a `Sandbox`. */
export class ManagedProcess {
  #child: Deno.ChildProcess | undefined;
  #status: Deno.CommandStatus | undefined;

  /**
   * @param folder the sandbox it belongs to.
   * @param guard told the process id of each start.
   */
  constructor(
    private readonly options: ProcessOptions,
    private readonly folder: string,
    private readonly guard: (pid: number) => Promise<void>,
  ) {}

  /** As given. */
  get name(): string {
    return this.options.name;
  }

  /** Where its standard output and error go; every start appends. */
  get logPath(): string {
    return join(this.folder, `${this.options.name}.log`);
  }

  /** @throws Error before the first start. */
  get pid(): number {
    return this.#started().pid;
  }

  /** Whether it has been started and has not ended. */
  get running(): boolean {
    return this.#child !== undefined && this.#status === undefined;
  }

  /** How the last start ended; undefined while it runs. */
  get status(): Deno.CommandStatus | undefined {
    return this.#status;
  }

  /** Starts it, or starts it again. @throws Error if it runs. */
  async start(): Promise<void> {
    if (this.running) throw new Error(`${this.name} is already running`);
    const { command, args = [], env = {}, cwd } = this.options;
    const child = new Deno.Command("sh", {
      args: ["-c", launcher, this.name, this.logPath, command, ...args],
      env: { ...env, [sandboxVariable]: this.folder },
      ...(cwd === undefined ? {} : { cwd }),
      stdin: "null",
      stdout: "null",
      stderr: "null",
      detached: true,
    }).spawn();
    this.#child = child;
    this.#status = undefined;
    child.status.then((status) => {
      if (this.#child === child) this.#status = status;
    });
    await this.guard(child.pid);
  }

  /** Sends a signal; does nothing when it has ended already. */
  signal(signal: Deno.Signal): void {
    if (!this.running) return;
    try {
      this.#started().kill(signal);
    } catch (error) {
      // It ended between the check and the call.
      if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  /** Sends a signal and waits for the end. */
  async kill(signal: Deno.Signal = "SIGKILL"): Promise<Deno.CommandStatus> {
    this.signal(signal);
    return await this.exited();
  }

  /** Resolves when the last start has ended. */
  async exited(): Promise<Deno.CommandStatus> {
    return await this.#started().status;
  }

  /** Ends it within its grace period; returns at once when it does not run. */
  async stop(): Promise<void> {
    if (!this.running) return;
    const { grace = 0 } = this.options;
    if (grace > 0) {
      this.signal("SIGTERM");
      const enough = new AbortController();
      await Promise.race([
        this.exited(),
        delay(systemClock, grace, enough.signal).catch(() => {}),
      ]);
      enough.abort();
    }
    await this.kill();
  }

  /** Everything it has written, over all starts. */
  async log(): Promise<string> {
    try {
      return await Deno.readTextFile(this.logPath);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return "";
      throw error;
    }
  }

  /** The last lines it wrote, for messages of failure. */
  async logTail(lines = 40): Promise<string> {
    return (await this.log()).trimEnd().split("\n").slice(-lines).join("\n");
  }

  #started(): Deno.ChildProcess {
    if (this.#child === undefined) throw new Error(`${this.name} has not been started`);
    return this.#child;
  }
}
