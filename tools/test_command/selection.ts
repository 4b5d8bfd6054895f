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
  /** Tests that do not run count as failed. */
  readonly strict: boolean;
}

/** Text of `--help`. */
export const help = `Usage: deno task test [--only=STAGE,…] [--strict] [PATH…]

Runs the repository's checks and tests and ends with "N passed, N failed".

  --only=STAGE,…  only these stages
  --strict        tests that do not run count as failed (as in CI)
  PATH…           only tests in these files or folders (and no other checks, without --only)

The stage "nodes" runs real Kubernetes nodes. It needs Linux, root and what containers need of the
kernel, and installs missing packages with apt-get. Where it cannot run, the last lines say why, and
nothing has failed; asked for by --only or PATH it has.
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

/** Whether a stage was asked for, by its name or by a path in its `folder`. */
export function isAskedFor(stage: string, folder: string, { stages, paths }: Selection): boolean {
  return stages.includes(stage) || paths.some((path) => isAt(path, folder));
}

/** Whether a test file is among the paths asked for. */
export function isSelected(file: string, { paths }: Selection): boolean {
  return paths.length === 0 || paths.some((path) => isAt(file, path));
}

/** The paths asked for at which none of `files` is. */
export function emptyPaths(files: readonly string[], { paths }: Selection): string[] {
  return paths.filter((path) => !files.some((file) => isAt(file, path)));
}

function isAt(file: string, path: string): boolean {
  return file === path || file.startsWith(`${path}/`);
}
