/**
 * Runs one command to its end.
 *
 * @module
 */
import { type Clock, systemClock } from "../../base/clock.ts";
import { Sandbox } from "../process/sandbox.ts";

/** Choices of {@linkcode runCommand}. */
export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Milliseconds; then it is interrupted, and killed with everything it started. Default ten
   * minutes.
   */
  readonly limit?: number;
  /** Milliseconds that one interrupted has for its last words. Default five seconds. */
  readonly farewell?: number;
  readonly cwd?: string;
  readonly clock?: Clock;
}

/** How a command ended. */
export interface CommandResult {
  readonly ok: boolean;
  /** Standard output and error, as written. */
  readonly output: string;
}

/**
 * Runs a command in a sandbox: nothing that it starts outlives it. One that takes too long is
 * interrupted first, for `deno test` then says which tests have not ended.
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  { env = {}, limit = 600_000, farewell = 5_000, cwd, clock = systemClock }: CommandOptions = {},
): Promise<CommandResult> {
  await using sandbox = await Sandbox.create("command");
  const process = await sandbox.start({
    name: "output",
    command,
    args,
    env,
    ...(cwd === undefined ? {} : { cwd }),
  });
  let late = false;
  const onLimit = () => {
    late = true;
    process.signal("SIGINT");
  };
  using _interrupt = clock.timer(onLimit, limit);
  using _kill = clock.timer(() => process.signal("SIGKILL"), limit + farewell);
  const { success } = await process.exited();
  const output = await process.log();
  if (!late) return { ok: success, output };
  return { ok: false, output: `${output}\nkilled: not finished after ${limit / 1000} s` };
}

/** Runs this Deno, with output for files: no colors, no backtraces of Deno itself. */
export function runDeno(
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const env = { NO_COLOR: "1", RUST_BACKTRACE: "0", ...options.env };
  return runCommand(Deno.execPath(), args, { ...options, env });
}
