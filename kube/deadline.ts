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
 * A timer runs only once somebody has asked for the signal: an operation that never does could not
 * be stopped anyway. (Translating the load balancers of a tenant whose nodes changed is such.)
 *
 * `AbortSignal.any` and `AbortSignal.timeout` would do the same, but keep a listener on a parent
 * that lives as long as the process, and a timer, for each of millions of requests.
 */
export class Deadline implements Disposable {
  #armed: { readonly controller: AbortController; readonly timer: Disposable } | undefined;
  #disposed = false;
  readonly #began: number;
  readonly #onAbort = () => this.#armed?.controller.abort(this.parent?.reason);

  constructor(
    private readonly clock: Clock,
    private readonly milliseconds: number,
    private readonly parent?: AbortSignal,
  ) {
    this.#began = clock.monotonic();
  }

  get signal(): AbortSignal {
    return (this.#armed ??= this.#arm()).controller.signal;
  }

  /** Whether time ran out (and not the caller's patience). */
  get exceeded(): boolean {
    return this.#armed?.controller.signal.reason instanceof DeadlineExceeded;
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#armed?.timer[Symbol.dispose]();
    this.parent?.removeEventListener("abort", this.#onAbort);
  }

  #arm() {
    const controller = new AbortController();
    if (this.#disposed) return { controller, timer: { [Symbol.dispose]() {} } };
    if (this.parent?.aborted) controller.abort(this.parent.reason);
    else this.parent?.addEventListener("abort", this.#onAbort, { once: true });
    const late = () =>
      controller.abort(new DeadlineExceeded(`no answer within ${this.milliseconds} ms`));
    const elapsed = this.clock.monotonic() - this.#began;
    const timer = this.clock.timer(late, Math.max(0, this.milliseconds - elapsed));
    return { controller, timer };
  }
}
