/**
 * Runs stages one after the other and tells how each ended.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import { describeError } from "../../base/errors.ts";
import { type Outcome, type Stage, sum } from "./stage.ts";

/** Where lines go, and how durations are measured. */
export interface Terminal {
  readonly clock: Clock;
  print(line: string): void;
}

/** How strict the count is. */
export interface RunOptions {
  /** Tests that did not run count as failed. */
  readonly strict: boolean;
}

/**
 * Runs every stage, also after one has failed: the reader wants all the news at once. A stage that
 * counts nothing counts as failed, unless it says why it is impossible here; that is repeated at the
 * end, where nobody misses it.
 *
 * @returns the sum; its last printed line is `N passed, N failed`.
 */
export async function runStages(
  stages: readonly Stage[],
  { strict }: RunOptions,
  { clock, print }: Terminal,
): Promise<Outcome> {
  const outcomes: Outcome[] = [];
  const absent: string[] = [];
  for (const stage of stages) {
    const start = clock.monotonic();
    print(`${stage.name} …`);
    const outcome = await runStage(stage, (line) => print(`  ${line}`));
    if (outcome.output !== "") print(outcome.output);
    print(`${stage.name}: ${summary(outcome)} in ${seconds(clock.monotonic() - start)}`);
    if (outcome.impossible !== undefined) absent.push(`${stage.name}: ${outcome.impossible}`);
    outcomes.push(outcome);
  }
  const total = sum(outcomes);
  for (const line of absent) print(`impossible on this machine: ${line}`);
  for (const name of total.skipped) print(`not run: ${name}`);
  const failed = total.failed + (strict ? total.skipped.length : 0);
  print(`${total.passed} passed, ${failed} failed`);
  return { ...total, failed };
}

async function runStage(stage: Stage, report: (line: string) => void): Promise<Outcome> {
  try {
    const outcome = await stage.run(report);
    if (outcome.passed + outcome.failed > 0 || outcome.impossible !== undefined) return outcome;
    return { ...outcome, failed: 1, output: `${stage.name}: nothing was run` };
  } catch (error) {
    return { passed: 0, failed: 1, skipped: [], output: describeError(error) };
  }
}

/** `12 passed`, with failures and skipped tests when there are some. */
export function summary({ passed, failed, skipped, impossible }: Outcome): string {
  if (impossible !== undefined) return "impossible on this machine";
  const parts = [`${passed} passed`];
  if (failed > 0) parts.push(`${failed} FAILED`);
  if (skipped.length > 0) parts.push(`${skipped.length} not run`);
  return parts.join(", ");
}

/** `1.2 s` */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
