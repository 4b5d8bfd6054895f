/**
 * Waiting for a condition, for tests and the demo.
 *
 * @module
 */
import { type Clock, delay, systemClock } from "../../base/clock.ts";
import { describeError } from "../../base/errors.ts";

/** How long to wait, and what to say when it was in vain. Times are milliseconds. */
export interface EventuallyOptions {
  /** Give up after this long. Default 10,000. */
  readonly deadline?: number;
  /** What is being waited for; a function may add what the state was at the end. */
  readonly describe?: string | (() => string | Promise<string>);
  /** Longest pause between two looks; the first pauses are shorter. Default 100. */
  readonly interval?: number;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

/** The condition did not come true in time. */
export class DeadlineError extends Error {
  override readonly name = "DeadlineError";
}

/** What {@linkcode eventually} takes as "not yet". */
export type NotYet = false | undefined | null | 0 | "";

/**
 * Calls `condition` until it returns something truthy, and returns that. A condition that throws,
 * such as a failed assertion, counts as "not yet"; its last error is the cause of the failure.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { eventually } from "./eventually.ts";
 * const list: number[] = [];
 * queueMicrotask(() => list.push(1));
 * const item = await eventually(() => list[0], { describe: "an item in the list" });
 * assert.equal(item, 1);
 * ```
 * @throws DeadlineError when the deadline passes first.
 */
export async function eventually<T>(
  condition: () => T | NotYet | Promise<T | NotYet>,
  options: EventuallyOptions = {},
): Promise<Exclude<T, NotYet>> {
  const { deadline = 10_000, interval = 100, signal, clock = systemClock } = options;
  const start = clock.monotonic();
  let pause = 5;
  while (true) {
    const result = await attempt(condition);
    if ("value" in result) return result.value;
    const left = start + deadline - clock.monotonic();
    if (left <= 0) throw await failure(options, deadline, result.error);
    await delay(clock, Math.min(pause, left), signal);
    pause = Math.min(interval, pause * 1.5);
  }
}

type Attempt<T> = { value: Exclude<T, NotYet> } | { error: unknown };

async function attempt<T>(condition: () => T | NotYet | Promise<T | NotYet>): Promise<Attempt<T>> {
  try {
    const value = await condition();
    return value ? { value: value as Exclude<T, NotYet> } : { error: undefined };
  } catch (error) {
    return { error };
  }
}

async function failure(options: EventuallyOptions, deadline: number, cause: unknown) {
  const { describe = "the condition" } = options;
  const what = typeof describe === "string" ? describe : await describe();
  const because = cause === undefined ? "" : ` (last: ${describeError(cause)})`;
  return new DeadlineError(`waited ${deadline} ms in vain for ${what}${because}`, { cause });
}
