/**
 * Runs test files and counts what really ran.
 *
 * @module
 */
import { Sandbox } from "../process/sandbox.ts";
import { parseJunitReport, type TestCase } from "./junit_report.ts";
import { type CommandResult, runDeno } from "./run_command.ts";
import type { Outcome } from "./stage.ts";

/** Choices of {@linkcode runTests}. */
export interface TestRunOptions {
  /** Several files at a time. Only for tests that share nothing. */
  readonly parallel?: boolean;
  /** Run the examples in the docstrings of the files instead of their tests. */
  readonly examples?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds for all files together. */
  readonly limit?: number;
  readonly cwd?: string;
}

/**
 * Runs test files in one process. A file without a test, a process that fails without a failed
 * test, and a process without a report each count as a failure.
 */
export async function runTests(
  files: readonly string[],
  { parallel = false, examples = false, ...options }: TestRunOptions = {},
): Promise<Outcome> {
  await using sandbox = await Sandbox.create("report");
  const report = sandbox.path("junit.xml");
  const result = await runDeno([
    "test",
    "--allow-all",
    "--no-prompt",
    // A stage of its own checks the types of everything but the examples.
    ...(examples ? ["--doc"] : ["--no-check"]),
    "--permit-no-files",
    ...(parallel ? ["--parallel"] : []),
    `--junit-path=${report}`,
    ...files,
  ], options);
  return judge(files, result, parseJunitReport(await readIfThere(report)));
}

/** Counts a run's tests and finds what was silently left out. */
export function judge(
  files: readonly string[],
  { ok, output }: CommandResult,
  cases: readonly TestCase[],
): Outcome {
  const count = (result: TestCase["result"]) => cases.filter((test) => test.result === result);
  const failed = count("failed").length;
  const problems: string[] = [];
  // When loading a file fails, no file has tests: the error is enough. A report names the file that
  // calls Deno.test, which may be a helper: of one file all tests are its own.
  const aloneWithTests = files.length === 1 && cases.length > 0;
  if ((cases.length > 0 || ok) && !aloneWithTests) {
    for (const file of files) {
      if (!cases.some((test) => isIn(test, file))) problems.push(`${file} contains no test`);
    }
  }
  if (!ok && failed === 0) problems.push("the test run failed outside of any test");
  if (ok && failed > 0) problems.push("tests failed and the test run says otherwise");
  const total = failed + problems.length;
  return {
    passed: count("passed").length,
    failed: total,
    skipped: count("skipped").map(({ file, name }) => `${file}: ${name}`),
    output: total === 0 ? "" : [withoutSuccesses(output), ...problems].join("\n"),
  };
}

/** Examples are reported as `file.ts#12-34.ts`. */
function isIn(test: TestCase, file: string): boolean {
  return test.file === file || test.file.startsWith(`${file}#`);
}

/** What a run says, less the lines about tests that passed: the reader wants the failures. */
function withoutSuccesses(output: string): string {
  return output.trimEnd().split("\n").filter((line) => !/ \.\.\. ok \(/.test(line)).join("\n");
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
