/**
 * What a stage of the test command is and what it reports.
 *
 * @module
 */

/** The result of one stage, or of several added up. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** Names of tests that were there and did not run. */
  readonly skipped: readonly string[];
  /** What explains the failures, to be shown in full; empty when there are none. */
  readonly output: string;
  /**
   * Why a stage has no place on this machine. Nothing has failed then, but the reader is told: what
   * the stage would have shown is not shown.
   */
  readonly impossible?: string;
}

/** Part of the test command, chosen by its name. */
export interface Stage {
  /** As on the command line: `--only=format`. */
  readonly name: string;
  /**
   * Does the work. A thrown error counts as one failure.
   *
   * @param report tells the reader what is being done, for stages that take long.
   */
  run(report: (line: string) => void): Promise<Outcome>;
}

/** The outcome of a stage that either holds or does not. */
export function verdict(ok: boolean, output: string): Outcome {
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: [], output: ok ? "" : output };
}

/** The outcome of a stage that this machine cannot run. */
export function impossible(reason: string): Outcome {
  return { passed: 0, failed: 0, skipped: [], output: "", impossible: reason };
}

/** Adds outcomes up. */
export function sum(outcomes: Iterable<Outcome>): Outcome {
  let total: Outcome = { passed: 0, failed: 0, skipped: [], output: "" };
  for (const { passed, failed, skipped, output } of outcomes) {
    total = {
      passed: total.passed + passed,
      failed: total.failed + failed,
      skipped: [...total.skipped, ...skipped],
      output: [total.output, output].filter((text) => text !== "").join("\n"),
    };
  }
  return total;
}
