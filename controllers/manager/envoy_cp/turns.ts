/**
 * Pauses in a long piece of work.
 *
 * @module
 */
import { type Clock, delay } from "../../../base/clock.ts";

/** Translation may hold the event loop for so long before others get a turn; ms. */
const longestRun = 8;

/** Translation is synchronous; without a break a storm of changes would keep streams waiting. */
export class Turns {
  #began = 0;

  constructor(private readonly clock: Clock) {}

  /** Resolves at once, or after a break when the last is too long ago. */
  async take(): Promise<void> {
    if (this.clock.monotonic() - this.#began < longestRun) return;
    await delay(this.clock, 0);
    this.#began = this.clock.monotonic();
  }
}
