/**
 * How long a key that keeps failing waits.
 *
 * @module
 */

/** client-go's first delay, milliseconds. */
const first = 5;
/** client-go stops at 1000 s; five minutes keep a repaired dependency from waiting for so long. */
const longest = 5 * 60_000;

/** Exponential delay per key: 5 ms · 2^n, at most 5 minutes (client-go's item limiter). */
export class ItemBackoff {
  readonly #failures = new Map<string, number>();

  /** The delay of this failure in milliseconds. */
  next(key: string): number {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    return Math.min(longest, first * 2 ** failures);
  }

  /** How often `key` has failed since it was last forgotten. */
  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /** The key is well: its next failure is its first again. */
  forget(key: string): void {
    this.#failures.delete(key);
  }
}
