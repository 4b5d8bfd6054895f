/**
 * Time as a dependency, so that tests decide when it passes.
 *
 * @module
 */

/** A source of time and timers. {@linkcode systemClock} outside tests, `FakeClock` in them. */
export interface Clock {
  /** Wall clock, milliseconds since 1970. For timestamps that others read; it may jump. */
  now(): number;
  /** Milliseconds that never go back. For durations and deadlines. */
  monotonic(): number;
  /** Calls `callback` once after `milliseconds`; disposing the result cancels it. */
  timer(callback: () => void, milliseconds: number): Disposable;
}

/** The real time of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  timer(callback, milliseconds) {
    const id = setTimeout(callback, milliseconds);
    return { [Symbol.dispose]: () => clearTimeout(id) };
  },
};

/**
 * Resolves after `milliseconds`; rejects with the signal's reason as soon as it fires.
 *
 * @throws the reason of `signal` when it is, or becomes, aborted.
 */
export function delay(clock: Clock, milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      timer[Symbol.dispose]();
      reject(signal?.reason);
    };
    const timer = clock.timer(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
