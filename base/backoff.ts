/**
 * The one way this program waits before it tries again.
 *
 * @module
 */
import { type Random, systemRandom } from "./random.ts";

/** How delays grow. All times are milliseconds. */
export interface BackoffOptions {
  /** The first delay. */
  readonly initial: number;
  /** No delay is longer than this, jitter excepted. */
  readonly maximum: number;
  /** What each delay is multiplied by to get the next. Default 2. */
  readonly factor?: number;
  /** Up to this share of the delay is added at random, so that peers spread. Default 0.5. */
  readonly jitter?: number;
}

/** Exponential backoff with jitter, as client-go's `wait.Backoff`. */
export class Backoff {
  #failures = 0;

  constructor(
    private readonly options: BackoffOptions,
    private readonly random: Random = systemRandom,
  ) {}

  /** How many delays have been handed out since the last {@linkcode Backoff.reset}. */
  get failures(): number {
    return this.#failures;
  }

  /** The next delay in milliseconds. */
  next(): number {
    const { initial, maximum, factor = 2, jitter = 0.5 } = this.options;
    const base = Math.min(maximum, initial * factor ** this.#failures);
    this.#failures++;
    return base * (1 + jitter * this.random());
  }

  /** Starts again at the first delay; call it after a success. */
  reset(): void {
    this.#failures = 0;
  }
}
