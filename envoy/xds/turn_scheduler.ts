/**
 * Gives many streams their turns, without keeping everything else in the process waiting.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";

/** Something that does its work in small pieces. */
export interface Turn {
  /** Does one piece. Must not throw. @returns whether there may be more to do. */
  turn(): boolean;
}

/** What {@linkcode TurnScheduler} needs. */
export interface TurnSchedulerOptions {
  readonly clock: Clock;
  /** How long turns go on before the event loop gets to run; milliseconds. Default 4. */
  readonly slice?: number;
  /** Calls back after pending input and output had their chance. Default `setImmediate`. */
  readonly defer?: (callback: () => void) => Disposable;
}

/**
 * Round robin over whoever has work: each gets one turn, then goes to the end of the line.
 *
 * The first slice runs in a microtask, so that a single change goes out at once, together with the
 * others of the same synchronous step. When a slice is used up, the rest is deferred.
 */
export class TurnScheduler implements Disposable {
  readonly #clock: Clock;
  readonly #slice: number;
  readonly #defer: (callback: () => void) => Disposable;
  readonly #ready = new Set<Turn>();
  #state: State = { kind: "idle" };

  constructor({ clock, slice = 4, defer = deferImmediate }: TurnSchedulerOptions) {
    this.#clock = clock;
    this.#slice = slice;
    this.#defer = defer;
  }

  /** Puts `turn` in line, once. */
  schedule(turn: Turn): void {
    if (this.#state.kind === "disposed") return;
    this.#ready.add(turn);
    if (this.#state.kind !== "idle") return;
    this.#state = { kind: "queued" };
    queueMicrotask(() => this.#run());
  }

  /** Takes `turn` out of the line. */
  cancel(turn: Turn): void {
    this.#ready.delete(turn);
  }

  /** Nobody gets a turn any more. */
  [Symbol.dispose](): void {
    if (this.#state.kind === "deferred") this.#state.timer[Symbol.dispose]();
    this.#state = { kind: "disposed" };
    this.#ready.clear();
  }

  #run(): void {
    if (this.#state.kind === "disposed") return;
    // Whoever is put in line during the run is served by it, or by the deferred rest.
    this.#state = { kind: "queued" };
    const end = this.#clock.monotonic() + this.#slice;
    for (const turn of this.#ready) {
      this.#ready.delete(turn);
      if (turn.turn()) this.#ready.add(turn);
      if (this.#clock.monotonic() >= end) break;
    }
    this.#rest();
  }

  #rest(): void {
    if (this.#ready.size === 0) this.#state = { kind: "idle" };
    else this.#state = { kind: "deferred", timer: this.#defer(() => this.#run()) };
  }
}

type State =
  | { readonly kind: "idle" }
  | { readonly kind: "queued" }
  | { readonly kind: "deferred"; readonly timer: Disposable }
  | { readonly kind: "disposed" };

function deferImmediate(callback: () => void): Disposable {
  const immediate = setImmediate(callback);
  return { [Symbol.dispose]: () => clearImmediate(immediate) };
}
