/**
 * When a program that stays is to end: Ctrl-C, SIGTERM, or the end of whoever started it.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";

/** What the {@linkcode Interruption} of a program depends on. */
export interface InterruptionOptions {
  readonly clock: Clock;
  /** Process id of the parent, as it is now. */
  readonly parent: () => number;
  /** Ends the program at once. */
  readonly exit: () => void;
}

/** `deno task` hands on the SIGINT that the terminal has sent to us as well: both are one Ctrl-C. */
const oneKeyPress = 500;

/** Milliseconds between two looks at who the parent is. */
const parentInterval = 500;

/** Its promise resolves at the first reason to stop; a second Ctrl-C ends the program at once. */
export class Interruption implements Disposable {
  readonly #resolvers = Promise.withResolvers<void>();
  readonly #parent: number;
  #first: number | undefined;
  #timer: Disposable;

  constructor(private readonly options: InterruptionOptions) {
    this.#parent = options.parent();
    this.#timer = this.#watchParent();
  }

  /** Resolves when the program is to stop. */
  get promise(): Promise<void> {
    return this.#resolvers.promise;
  }

  /** To be called at each SIGINT and SIGTERM. */
  readonly onSignal = (): void => {
    const now = this.options.clock.monotonic();
    this.#first ??= now;
    if (now - this.#first >= oneKeyPress) this.options.exit();
    this.#resolvers.resolve();
  };

  /** Ends the watch over the parent. */
  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]();
  }

  // A parent that was killed (`deno task`, a terminal) cannot tell; the kernel gives us another.
  #watchParent(): Disposable {
    return this.options.clock.timer(() => {
      if (this.options.parent() !== this.#parent) return this.#resolvers.resolve();
      this.#timer = this.#watchParent();
    }, parentInterval);
  }
}
