/**
 * An `AbortSignal` that fires with its parent or after a time, and leaves nothing behind.
 *
 * @module
 */
import type { Clock } from "../base/clock.ts";

/** The reason with which a {@linkcode Deadline} fires by itself. */
export class DeadlineExceeded extends Error {
  override readonly name = "DeadlineExceeded";
}

/**
 * Ties an operation to its caller's signal and to a deadline. Dispose it when the operation ends.
 *
 * `AbortSignal.any` and `AbortSignal.timeout` would do the same, but keep a listener on a parent
 * that lives as long as the process, and a timer, for each of millions of requests.
 */
export class Deadline implements Disposable {
  readonly #controller = new AbortController();
  readonly #timer: Disposable;
  readonly #onAbort = () => this.#controller.abort(this.parent?.reason);

  constructor(clock: Clock, milliseconds: number, private readonly parent?: AbortSignal) {
    this.#timer = clock.timer(
      () => this.#controller.abort(new DeadlineExceeded(`no answer within ${milliseconds} ms`)),
      milliseconds,
    );
    if (parent?.aborted) this.#onAbort();
    else parent?.addEventListener("abort", this.#onAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether time ran out (and not the caller's patience). */
  get exceeded(): boolean {
    return this.signal.reason instanceof DeadlineExceeded;
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]();
    this.parent?.removeEventListener("abort", this.#onAbort);
  }
}
