/**
 * Notices silence.
 *
 * @module
 */
import type { Clock } from "../base/clock.ts";

/** Calls back once when nothing was heard for a while. Dispose it with what it watches over. */
export class Watchdog implements Disposable {
  #heard: number;
  #timer: Disposable;

  /**
   * @param patience milliseconds of silence that are too many.
   */
  constructor(
    private readonly clock: Clock,
    private patience: number,
    private readonly onSilence: () => void,
  ) {
    this.#heard = clock.monotonic();
    this.#timer = clock.timer(() => this.#check(), patience);
  }

  /** Something was heard. Cheap: the timer is left alone and looks at the time when it fires. */
  touch(): void {
    this.#heard = this.clock.monotonic();
  }

  /** From now on `patience` milliseconds count. */
  expect(patience: number): void {
    this.patience = patience;
    this.touch();
    this.#timer[Symbol.dispose]();
    this.#timer = this.clock.timer(() => this.#check(), patience);
  }

  #check(): void {
    const left = this.#heard + this.patience - this.clock.monotonic();
    if (left <= 0) this.onSilence();
    else this.#timer = this.clock.timer(() => this.#check(), left);
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]();
  }
}
