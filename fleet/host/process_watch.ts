/**
 * Learning of the end of processes that are not our children.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import { isAlive, type ProcessIdentity } from "./process_identity.ts";

/** Milliseconds between two looks; reading `/proc` takes some 20 µs a process. */
const interval = 150;

/**
 * Looks at all adopted processes by one timer; without any there is no timer. The kernel tells only
 * the parent when a process ends, and an adopted Envoy's parent was the manager before this one.
 */
export class ProcessWatch implements Disposable {
  readonly #watched = new Map<ProcessIdentity, () => void>();
  #timer: Disposable | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly alive: (process: ProcessIdentity) => boolean = isAlive,
  ) {}

  /** Resolves when `process` has ended; never when the watch is disposed before. */
  exited(process: ProcessIdentity): Promise<string> {
    return new Promise((resolve) => {
      this.#watched.set(process, () => resolve("ended"));
      this.#timer ??= this.clock.timer(() => this.#look(), interval);
    });
  }

  /** Stops looking. */
  [Symbol.dispose](): void {
    this.#watched.clear();
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }

  #look(): void {
    for (const [process, report] of this.#watched) {
      if (this.alive(process)) continue;
      this.#watched.delete(process);
      report();
    }
    this.#timer = this.#watched.size === 0
      ? undefined
      : this.clock.timer(() => this.#look(), interval);
  }
}
