/**
 * The command line of a benchmark.
 *
 * @module
 */
import { FlagError, type Flags, type FlagValues, parseFlags } from "../../modes/flags.ts";
import { report } from "./progress.ts";

/**
 * Reads a benchmark's command line. Where there is nothing to run, because of `--help` or a flag that
 * cannot be followed, it says so and how the benchmark is used; a mistake makes the exit code 2.
 *
 * @returns undefined where there is nothing to run.
 */
export function benchFlags<const S extends Flags>(
  flags: S,
  usage: string,
  args: readonly string[] = Deno.args,
  say: (line: string) => void = report,
): FlagValues<S> | undefined {
  try {
    const parsed = parseFlags(flags, args);
    if (parsed.kind === "values") return parsed.values;
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    say(error.message);
    Deno.exitCode = 2;
  }
  say(`usage: deno task bench ${usage}`);
  return undefined;
}
