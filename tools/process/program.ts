/**
 * Our own program (`main.ts`) as a child process.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { describeError } from "../../base/errors.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./free_port.ts";
import type { ManagedProcess } from "./managed_process.ts";
import { runtimeOf } from "./runtime.ts";
import { Sandbox } from "./sandbox.ts";

const mainModule = fileURLToPath(new URL("../../main.ts", import.meta.url));

/** Choices of {@linkcode startProgram}. */
export interface ProgramOptions {
  /** Names the folder and the log. */
  readonly name: string;
  /** `--mode`. Leave out to pass all flags yourself. */
  readonly mode?: "manager" | "ccm";
  /**
   * Further flags; a function is given the program's own folder, for `--state-dir` and the like.
   * Probe and metrics addresses are chosen unless given here.
   */
  readonly args?: readonly string[] | ((folder: string) => readonly string[]);
  readonly env?: Readonly<Record<string, string>>;
  /** Path of an executable to start instead of `main.ts`, such as the bundle's launcher. */
  readonly executable?: string;
  /** Milliseconds from SIGTERM to SIGKILL at disposal. Default 5,000. */
  readonly grace?: number;
}

/**
 * A started program. It can be killed and started again with the same flags, ports and folder;
 * disposing of it also ends what it started and left running, such as Envoys.
 */
export class Program implements AsyncDisposable {
  /** Use {@linkcode startProgram}. */
  constructor(
    readonly process: ManagedProcess,
    /** `http://127.0.0.1:<port>` of `/healthz` and `/readyz`. */
    readonly healthUrl: string,
    /** `http://127.0.0.1:<port>` of `/metrics`. */
    readonly metricsUrl: string,
    private readonly sandbox: Sandbox,
  ) {}

  /** Its own temporary folder; gone after disposal. */
  get folder(): string {
    return this.sandbox.folder;
  }

  /** Whether it runs. */
  get running(): boolean {
    return this.process.running;
  }

  /** Everything it has logged. */
  log(): Promise<string> {
    return this.process.log();
  }

  /**
   * Waits until `/readyz` answers 200.
   *
   * @throws Error with the tail of the log when it ends first or the deadline (ms) passes.
   */
  async waitReady(deadline = 30_000): Promise<void> {
    const ready = async () => {
      if (!this.running) return "ended";
      const response = await fetch(`${this.healthUrl}/readyz`);
      const text = await response.text();
      if (!response.ok) throw new Error(`/readyz: ${response.status} ${text.trim()}`);
      return "ready";
    };
    await this.#explain(async () => {
      const outcome = await eventually(ready, {
        deadline,
        describe: `${this.process.name} to be ready`,
      });
      if (outcome === "ended") throw new Error(`it ended with ${this.process.status?.code}`);
    });
  }

  /** Waits until the log contains a match; returns it. Deadline in milliseconds. */
  async waitLog(pattern: RegExp, deadline = 10_000): Promise<RegExpMatchArray> {
    const describe = `${pattern} in the log of ${this.process.name}`;
    return await this.#explain(() =>
      eventually(async () => (await this.log()).match(pattern), { deadline, describe })
    );
  }

  /** The text of `/metrics`. */
  async metrics(): Promise<string> {
    const response = await fetch(`${this.metricsUrl}/metrics`);
    const text = await response.text();
    if (!response.ok) throw new Error(`/metrics: ${response.status} ${text}`);
    return text;
  }

  /** Sends a signal and waits for the end. What it started stays. */
  kill(signal: Deno.Signal = "SIGKILL"): Promise<Deno.CommandStatus> {
    return this.process.kill(signal);
  }

  /** Starts it again after its end. */
  start(): Promise<void> {
    return this.process.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sandbox[Symbol.asyncDispose]();
  }

  async #explain<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      const tail = await this.process.logTail();
      throw new Error(`${this.process.name}: ${describeError(error)}\n${tail}`, { cause: error });
    }
  }
}

/** Starts `main.ts` (does not wait: see {@linkcode Program.waitReady}). */
export async function startProgram(options: ProgramOptions): Promise<Program> {
  const sandbox = await Sandbox.create(options.name);
  try {
    const { env = {}, grace = 5_000 } = options;
    const flags = chooseFlags(options, sandbox.folder);
    const process = await sandbox.start({
      name: options.name,
      ...commandLine(options, flags, env),
      grace,
    });
    const url = (flag: string) => `http://${localAddress(valueOf(flags, flag) ?? "")}`;
    return new Program(process, url("--health-probe-bind-address"), url("--metrics-addr"), sandbox);
  } catch (error) {
    await sandbox[Symbol.asyncDispose]();
    throw error;
  }
}

/** From source: with what users give Deno too. An executable knows that itself. */
function commandLine(
  { mode, executable }: ProgramOptions,
  flags: string[],
  env: Readonly<Record<string, string>>,
) {
  if (executable !== undefined) return { command: executable, args: flags, env };
  const runtime = mode === undefined
    ? { env: {}, flags: ["--no-prompt", "--allow-all"] }
    : runtimeOf(mode);
  return {
    command: Deno.execPath(),
    args: ["run", ...runtime.flags, mainModule, ...flags],
    env: { ...runtime.env, ...env },
  };
}

function chooseFlags({ mode, args = [] }: ProgramOptions, folder: string): string[] {
  const flags = [...typeof args === "function" ? args(folder) : args];
  for (const flag of ["--health-probe-bind-address", "--metrics-addr"]) {
    if (valueOf(flags, flag) === undefined) flags.push(`${flag}=127.0.0.1:${freePort()}`);
  }
  return mode === undefined ? flags : [`--mode=${mode}`, ...flags];
}

function valueOf(flags: readonly string[], name: string): string | undefined {
  return flags.find((flag) => flag.startsWith(`${name}=`))?.slice(name.length + 1);
}

/** Where to reach what listens on `:8081`. */
function localAddress(address: string): string {
  return address.startsWith(":") ? `127.0.0.1${address}` : address;
}
