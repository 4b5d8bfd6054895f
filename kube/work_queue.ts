/**
 * Which key a controller works on next.
 *
 * @module
 */
import { type Clock, systemClock } from "../base/clock.ts";
import type { Registry } from "../base/metrics.ts";
import { DelayQueue } from "./delay_queue.ts";
import { FairQueue, type Priority } from "./fair_queue.ts";
import { ItemBackoff } from "./item_backoff.ts";
import { QueueMetrics } from "./queue_metrics.ts";

/** How a queue is made. */
export interface WorkQueueOptions {
  readonly name: string;
  readonly clock?: Clock;
  readonly metrics?: Registry;
  /** Keys of one group share one turn. Default: the namespace of the key. */
  readonly groupOf?: (key: string) => string;
}

/** How a key is added. */
export interface AddOptions {
  /** Milliseconds until it is ready; the earlier of several wins. Default 0. */
  readonly after?: number;
  /** Default `normal`. A key that waits as `low` moves up when it is added as `normal`. */
  readonly priority?: Priority;
}

/**
 * client-go's rate-limiting work queue: a key is handed to one worker at a time, additions while it
 * waits collapse, and an addition while it is processed is remembered until that is done. So no key
 * is processed twice at once and no change is lost.
 *
 * On top of that: {@linkcode FairQueue}'s turns and priorities.
 */
export class WorkQueue implements Disposable {
  readonly #ready: FairQueue;
  readonly #delayed: DelayQueue;
  readonly #backoff = new ItemBackoff();
  /** Keys at work; the value tells whether, and how, they were added again meanwhile. */
  readonly #processing = new Map<string, Priority | undefined>();
  readonly #waiters: ((key: string | undefined) => void)[] = [];
  readonly #metrics: QueueMetrics;
  #shutDown = false;

  constructor(options: WorkQueueOptions) {
    const { name, clock = systemClock, metrics, groupOf = namespaceOf } = options;
    this.#ready = new FairQueue(groupOf);
    this.#delayed = new DelayQueue(clock, (key) => this.add(key));
    this.#metrics = new QueueMetrics(clock, name, () => this.#ready.size, metrics);
  }

  /** How many keys are ready; those at work or delayed do not count. */
  get size(): number {
    return this.#ready.size;
  }

  /** How many keys are at work. */
  get processing(): number {
    return this.#processing.size;
  }

  /** How many keys wait for their time. */
  get delayed(): number {
    return this.#delayed.size;
  }

  /** Wants `key` processed, now or later. Ignored after {@linkcode WorkQueue.shutDown}. */
  add(key: string, options: AddOptions = {}): void {
    const { after = 0, priority = "normal" } = options;
    if (this.#shutDown) return;
    if (after > 0) return this.#delayed.add(key, after);
    this.#metrics.added(key);
    if (this.#processing.has(key)) {
      const again = this.#processing.get(key);
      this.#processing.set(key, again === "normal" ? again : priority);
      return;
    }
    this.#ready.add(key, priority);
    this.#handOut();
  }

  /** Adds `key` after the delay of its next failure. */
  addRateLimited(key: string): void {
    if (this.#shutDown) return;
    this.#metrics.retried();
    this.add(key, { after: this.#backoff.next(key) });
  }

  /** The key is well: its next failure waits shortly again. */
  forget(key: string): void {
    this.#backoff.forget(key);
  }

  /** How often `key` has failed in a row. */
  failures(key: string): number {
    return this.#backoff.failures(key);
  }

  /** The next key, as soon as there is one; `undefined` after shut-down. End it with `done`. */
  take(): Promise<string | undefined> {
    return new Promise((resolve) => {
      if (this.#shutDown) return resolve(undefined);
      this.#waiters.push(resolve);
      this.#handOut();
    });
  }

  /** `key` is processed; if it was added meanwhile, it is ready again. */
  done(key: string): void {
    const again = this.#processing.get(key);
    this.#processing.delete(key);
    this.#metrics.done(key);
    if (again !== undefined && !this.#shutDown) {
      this.#ready.add(key, again);
      this.#handOut();
    }
  }

  #handOut(): void {
    while (this.#waiters.length > 0) {
      const key = this.#ready.next();
      if (key === undefined) return;
      this.#processing.set(key, undefined);
      this.#metrics.started(key);
      this.#waiters.shift()!(key);
    }
  }

  /** Takes no more keys and hands none out; workers that wait are told at once. */
  shutDown(): void {
    this.#shutDown = true;
    this.#delayed[Symbol.dispose]();
    this.#waiters.splice(0).forEach((resolve) => resolve(undefined));
  }

  [Symbol.dispose](): void {
    this.shutDown();
    this.#metrics[Symbol.dispose]();
  }
}

/** The part of a key before the slash; cluster-scoped keys share one group. */
function namespaceOf(key: string): string {
  const slash = key.indexOf("/");
  return slash < 0 ? "" : key.slice(0, slash);
}
