/**
 * What the reader asked the test command for.
 *
 * @module
 */

/** The parsed command line. */
export interface Selection {
  /** Names of stages; all when empty. */
  readonly stages: readonly string[];
  /** Files or folders to which the test stages are limited; all when empty. */
  readonly paths: readonly string[];
  /** Tests that do not run, for want of something on this machine, count as failed. */
  readonly strict: boolean;
}

/** Text of `--help`. */
export const help = `Usage: deno task test [--only=STAGE,…] [--strict] [PATH…]

Runs the repository's checks and tests and ends with "N passed, N failed".

  --only=STAGE,…  only these stages
  --strict        tests that cannot run on this machine count as failed (as in CI)
  PATH…           only tests in these files or folders (and no other checks, without --only)
`;

/** @throws Error that names the unknown flag or stage. */
export function parseSelection(
  args: readonly string[],
  known: readonly string[],
): Selection | "help" {
  const stages: string[] = [];
  const paths: string[] = [];
  let strict = false;
  for (const argument of args) {
    if (argument === "--help" || argument === "-h") return "help";
    if (argument === "--strict") strict = true;
    else if (argument.startsWith("--only=")) stages.push(...argument.slice(7).split(","));
    else if (argument.startsWith("-")) throw new Error(`unknown flag ${argument}\n\n${help}`);
    else paths.push(argument.replace(/^\.\//, "").replace(/\/+$/, ""));
  }
  for (const stage of stages) {
    if (!known.includes(stage)) {
      throw new Error(`unknown stage ${stage}; there are ${known.join(", ")}`);
    }
  }
  return { stages, paths, strict };
}

/** Whether a test file is among the paths asked for. */
export function isSelected(file: string, { paths }: Selection): boolean {
  return paths.length === 0 || paths.some((path) => file === path || file.startsWith(`${path}/`));
}
