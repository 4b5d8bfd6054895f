/**
 * Files of the state directory, on a disk that may be full.
 *
 * @module
 */
import { Backoff } from "../../base/backoff.ts";
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/logger.ts";
import type { Counter, Registry } from "../../base/metrics.ts";
import { type Random, systemRandom } from "../../base/random.ts";
import { counter } from "../../kube/metric.ts";
import { writeAtomically } from "./atomic_file.ts";

/** What {@linkcode StateFiles} works with. */
export interface StateFilesOptions {
  readonly log: Logger;
  readonly clock: Clock;
  readonly metrics: Registry;
  readonly random?: Random;
  /** Default: {@linkcode writeAtomically}. */
  readonly write?: (path: string, text: string) => Promise<void>;
}

/** Pauses before the files that are owed are tried again; milliseconds. */
const retryBackoff = { initial: 1_000, maximum: 60_000 };

/**
 * Writes files that are there completely or not at all. When a write fails and an older version of
 * the file is there, that one has to do: an Envoy that ended starts again with what it had, which is
 * better than none. The new version is owed, and written as soon as that is possible.
 */
export class StateFiles implements Disposable {
  /** Path → the text that should be there. */
  readonly #owed = new Map<string, string>();
  /** One write at a time: an older text must not come out last. */
  #last: Promise<unknown> = Promise.resolve();
  #retry: Disposable | undefined;
  #disposed = false;
  readonly #backoff: Backoff;
  readonly #failures: Counter;

  constructor(private readonly options: StateFilesOptions) {
    this.#backoff = new Backoff(retryBackoff, options.random ?? systemRandom);
    this.#failures = counter(options.metrics, {
      name: "kubelb_manager_state_write_failures_total",
      help: "Writes to the state directory that failed, tries again included.",
      labelNames: [],
    });
  }

  /**
   * Resolves when the file says `text`, or when an older version has to do. A file that says it
   * already is left alone: who follows it would load it again.
   *
   * @throws the error of the write when there is no file at all.
   */
  put(path: string, text: string): Promise<void> {
    return this.#inTurn(() => this.#put(path, text));
  }

  /** Tries no more. */
  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#retry?.[Symbol.dispose]();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }

  async #put(path: string, text: string): Promise<void> {
    const { write = writeAtomically } = this.options;
    const present = await Deno.readTextFile(path).catch(() => undefined);
    try {
      if (present !== text) await write(path, text);
      this.#settle(path);
    } catch (error) {
      this.#failures.inc();
      if (present === undefined) throw error;
      this.#owe(path, text, error);
    }
  }

  #owe(path: string, text: string, error: unknown): void {
    // Once for all of them: a full disk is one trouble.
    if (this.#owed.size === 0) {
      const message = "cannot write to the state directory; Envoys start with the files that are " +
        "there, and writing is tried again";
      this.options.log.warn(message, { path, error });
    }
    this.#owed.set(path, text);
    this.#schedule();
  }

  #settle(path: string): void {
    if (!this.#owed.delete(path) || this.#owed.size > 0) return;
    this.#backoff.reset();
    this.options.log.info("the state directory is up to date again");
  }

  #schedule(): void {
    if (this.#disposed) return;
    this.#retry ??= this.options.clock.timer(() => void this.#tryAgain(), this.#backoff.next());
  }

  async #tryAgain(): Promise<void> {
    for (const path of [...this.#owed.keys()]) {
      // The folder may be another manager's by now.
      if (this.#disposed) return;
      await this.#inTurn(() => this.#payBack(path));
    }
    this.#retry = undefined;
    if (this.#owed.size > 0) this.#schedule();
  }

  async #payBack(path: string): Promise<void> {
    const text = this.#owed.get(path);
    if (text === undefined) return; // something newer was written meanwhile
    try {
      await this.#put(path, text);
    } catch {
      // The file has gone, and with it those that read it.
      this.#settle(path);
    }
  }
}
