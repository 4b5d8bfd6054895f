/**
 * A clock for tests against real servers whose subject waits for minutes.
 *
 * @module
 */
import { type Clock, systemClock } from "../../base/clock.ts";

/** Time that passes `factor` times as fast as the system's; timestamps for others stay true. */
export function hurriedClock(factor: number): Clock {
  return {
    now: () => systemClock.now(),
    monotonic: () => systemClock.monotonic() * factor,
    timer: (callback, milliseconds) => systemClock.timer(callback, milliseconds / factor),
  };
}
