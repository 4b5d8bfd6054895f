/**
 * What is worth saying: something new, or something old that was not said for long.
 *
 * @module
 */
import type { Clock } from "./clock.ts";

/** Remembers what was said, for an interval and for a limited number of things. */
export class News {
  /** When each was said last, the longest ago first. */
  readonly #said = new Map<string, number>();

  /**
   * @param interval milliseconds after which the same is worth saying again.
   * @param capacity how many things are remembered; what was forgotten is news again.
   */
  constructor(
    private readonly clock: Clock,
    private readonly interval: number,
    private readonly capacity = 256,
  ) {}

  /** Whether `what` should be said now; who is told yes says it. */
  isNews(what: string): boolean {
    const now = this.clock.monotonic();
    const before = this.#said.get(what);
    if (before !== undefined && now - before < this.interval) return false;
    this.#said.delete(what);
    this.#said.set(what, now);
    const [oldest] = this.#said.keys();
    if (this.#said.size > this.capacity) this.#said.delete(oldest!);
    return true;
  }
}
