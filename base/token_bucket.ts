/**
 * A limit on how often.
 *
 * @module
 */
import type { Clock } from "./clock.ts";

/** Allows bursts, and then one per interval. */
export class TokenBucket {
  #tokens: number;
  #filled: number;

  /**
   * @param burst how many are allowed at once.
   * @param interval milliseconds until one more is allowed.
   */
  constructor(
    private readonly clock: Clock,
    private readonly burst: number,
    private readonly interval: number,
  ) {
    this.#tokens = burst;
    this.#filled = clock.monotonic();
  }

  /** Takes one if one is left. */
  take(): boolean {
    const now = this.clock.monotonic();
    this.#tokens = Math.min(this.burst, this.#tokens + (now - this.#filled) / this.interval);
    this.#filled = now;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
