/**
 * Timers for a time of day, however far away.
 *
 * @module
 */
import type { Clock } from "./clock.ts";

/** A timer of the system counts to 24 days at most; and a clock that was set is noticed in time. */
const longestTimer = 60 * 60 * 1000;

/** Calls `callback` once it is `time` (milliseconds since 1970); disposing the result cancels it. */
export function alarm(clock: Clock, time: number, callback: () => void): Disposable {
  let timer: Disposable;
  const look = () => {
    const remaining = time - clock.now();
    timer = remaining <= longestTimer
      ? clock.timer(callback, Math.max(0, remaining))
      : clock.timer(look, longestTimer);
  };
  look();
  return { [Symbol.dispose]: () => timer[Symbol.dispose]() };
}
