/**
 * A clock that stands still until a test moves it.
 *
 * @module
 */
import type { Clock } from "./clock.ts";

interface Timer {
  readonly due: number;
  readonly order: number;
  readonly callback: () => void;
}

/**
 * A {@linkcode Clock} for tests: timers fire, in order of their due time, only inside
 * {@linkcode FakeClock.advance}.
 */
export class FakeClock implements Clock {
  #elapsed = 0;
  #order = 0;
  readonly #timers = new Set<Timer>();

  /** @param start wall clock at the beginning, milliseconds since 1970. */
  constructor(private readonly start: number = Date.UTC(2026, 0, 1)) {}

  now(): number {
    return this.start + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  timer(callback: () => void, milliseconds: number): Disposable {
    const due = this.#elapsed + Math.max(0, milliseconds);
    const timer: Timer = { due, order: this.#order++, callback };
    this.#timers.add(timer);
    return { [Symbol.dispose]: () => void this.#timers.delete(timer) };
  }

  /** How many timers are armed: a leak shows as a number that does not return to zero. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Lets `milliseconds` pass, and lets promises that the timers resolve run between them. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#elapsed + milliseconds;
    await settle();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#elapsed = next.due;
      this.#timers.delete(next);
      next.callback();
      await settle();
    }
    this.#elapsed = end;
  }

  #next(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.due > end) continue;
      if (
        first === undefined || timer.due < first.due ||
        (timer.due === first.due && timer.order < first.order)
      ) first = timer;
    }
    return first;
  }
}

/** Lets every promise that is already resolved run its continuations, a few levels deep. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 32; turn++) await Promise.resolve();
}
