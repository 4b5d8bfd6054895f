/**
 * Finds clients that are no longer there, where the transport cannot.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";

/**
 * How long a client may say nothing while a response to it is unanswered.
 *
 * Any request counts as a sign of life, not only the answer itself: Envoy holds back its answer to
 * clusters while they warm.
 */
export class AnswerDeadline implements Disposable {
  #timer: Disposable | undefined;

  /** @param milliseconds Infinity: for ever. */
  constructor(
    private readonly clock: Clock,
    private readonly milliseconds: number,
    private readonly onPassed: () => void,
  ) {}

  /** A response was sent. One that was sent earlier and is unanswered keeps its deadline. */
  sent(): void {
    if (this.#timer !== undefined || this.milliseconds === Infinity) return;
    this.#timer = this.clock.timer(this.onPassed, this.milliseconds);
  }

  /** The client said something. @param unanswered whether there is more for it to answer. */
  heard(unanswered: boolean): void {
    this[Symbol.dispose]();
    if (unanswered) this.sent();
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }
}
