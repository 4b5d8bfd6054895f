/**
 * The control loop: events of caches become keys, keys are reconciled one at a time.
 *
 * @module
 */
import { type KubeObject, parseKey } from "../apis/meta/v1.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { Registry } from "../base/metrics.ts";
import { isApiError } from "./api_error.ts";
import { ControllerMetrics, type ReconcileOutcome } from "./controller_metrics.ts";
import { Deadline } from "./deadline.ts";
import type { CacheEvent, ObjectCache } from "./object_cache.ts";
import { WorkQueue } from "./work_queue.ts";

/** What a reconciliation wants next; nothing means it is done until something changes. */
export interface ReconcileResult {
  /** Milliseconds until it should run again even if nothing changes. */
  readonly requeueAfter?: number;
}

/** What a reconciliation gets beside its key. */
export interface ReconcileContext {
  /** Fires when the reconciliation has to give up; hand it to every call. */
  readonly signal: AbortSignal;
  /** Says controller and object on every line. */
  readonly log: Logger;
}

/** How a controller is made. */
export interface ControllerOptions {
  readonly name: string;
  /**
   * Brings the world closer to what the object of `key` wants. Must be idempotent and look only at
   * the present state, never at what happened. An error is retried with growing delay.
   */
  reconcile(key: string, context: ReconcileContext): Promise<ReconcileResult | void>;
  /** How many keys are reconciled at once. Default 1. */
  readonly concurrency?: number;
  /** Keys of one group share one turn. Default: the namespace of the key. */
  readonly groupOf?: (key: string) => string;
  /** Milliseconds after which a reconciliation is given up and retried. Default 2 minutes. */
  readonly timeout?: number;
  /**
   * Milliseconds that reconciliations in flight get to finish after the end was ordered. Default
   * 4 s: less than what separates a lost lease from the next leader.
   */
  readonly drainTimeout?: number;
  readonly log: Logger;
  readonly clock?: Clock;
  readonly metrics?: Registry;
}

/** Milliseconds a reconciliation may take to notice that its signal has fired. */
const obedienceTime = 1_000;

interface Source {
  readonly synced: (signal: AbortSignal) => Promise<void>;
  readonly subscribe: () => Disposable;
}

/** Runs one reconciler. Rules as controller-runtime's controller. */
export class Controller {
  readonly name: string;
  readonly #sources: Source[] = [];
  readonly #queue: WorkQueue;
  readonly #metrics: ControllerMetrics;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #concurrency: number;
  #hasRun = false;

  constructor(private readonly options: ControllerOptions) {
    const { name, clock = systemClock, metrics, groupOf, concurrency = 1 } = options;
    this.name = name;
    this.#clock = clock;
    this.#concurrency = concurrency;
    this.#log = options.log.with({ controller: name });
    this.#metrics = new ControllerMetrics(name, concurrency, metrics);
    this.#queue = new WorkQueue({
      name,
      clock,
      ...(metrics ? { metrics } : {}),
      ...(groupOf ? { groupOf } : {}),
    });
  }

  /**
   * Enqueues the keys that an event of `cache` concerns. On an update `keysOf` is asked for the
   * object and for its previous state, so that what it no longer refers to is reconciled as well.
   */
  watch<T extends KubeObject>(
    cache: ObjectCache<T>,
    keysOf: (object: T, event: CacheEvent<T>) => Iterable<string>,
  ): this {
    const handle = (event: CacheEvent<T>) => {
      const priority = event.initial ? "low" : "normal";
      for (const key of keysOf(event.object, event)) this.#queue.add(key, { priority });
      if (event.previous === undefined) return;
      for (const key of keysOf(event.previous, event)) this.#queue.add(key, { priority });
    };
    this.#sources.push({
      synced: (signal) => cache.whenSynced(signal),
      subscribe: () => cache.subscribe(handle),
    });
    return this;
  }

  /** Wants `key` reconciled, now or `after` milliseconds. */
  enqueue(key: string, options: { readonly after?: number } = {}): void {
    this.#queue.add(key, options);
  }

  /** How many keys wait to be reconciled now. */
  get backlog(): number {
    return this.#queue.size;
  }

  /**
   * Waits for the watched caches, then reconciles until `signal` fires and those in flight have
   * finished. Never fails while it runs.
   *
   * @throws when it has been run before: its queue has ended, and nothing would be reconciled.
   */
  async run(signal: AbortSignal): Promise<void> {
    if (this.#hasRun) throw new Error(`the controller ${this.name} has been run before`);
    this.#hasRun = true;
    using _queue = this.#queue;
    try {
      await Promise.all(this.#sources.map((source) => source.synced(signal)));
    } catch {
      return; // Ordered to end before the caches were ready.
    }
    const subscriptions = this.#sources.map((source) => source.subscribe());
    const hardStop = new AbortController();
    const workers = Array.from({ length: this.#concurrency }, () => this.#work(hardStop.signal));
    this.#log.info("controller started", { workers: this.#concurrency });
    await aborted(signal);
    for (const subscription of subscriptions) subscription[Symbol.dispose]();
    this.#queue.shutDown();
    await this.#drain(Promise.all(workers), () => hardStop.abort(signal.reason));
    this.#log.info("controller stopped");
  }

  /** Waits for the workers: patiently, then after `hardStop`, then no longer. */
  async #drain(workers: Promise<unknown>, hardStop: () => void): Promise<void> {
    const grace = this.options.drainTimeout ?? 4_000;
    const abandoned = Promise.withResolvers<void>();
    using _order = this.#clock.timer(hardStop, grace);
    using _giveUp = this.#clock.timer(() => {
      this.#log.error("reconciliations do not stop and are abandoned", {
        running: this.#queue.processing,
      });
      abandoned.resolve();
    }, grace + obedienceTime);
    await Promise.race([workers, abandoned.promise]);
  }

  async #work(signal: AbortSignal): Promise<void> {
    for (let key = await this.#queue.take(); key !== undefined; key = await this.#queue.take()) {
      await this.#process(key, signal);
      this.#queue.done(key);
    }
  }

  async #process(key: string, signal: AbortSignal): Promise<void> {
    const start = this.#clock.monotonic();
    const { namespace, name } = parseKey(key);
    const log = this.#log.with({ ...(namespace ? { namespace } : {}), name });
    this.#metrics.started();
    let outcome: ReconcileOutcome = "error";
    try {
      outcome = this.#settle(key, await this.#reconcile(key, log, signal));
    } catch (error) {
      this.#retry(key, error, log, signal);
    } finally {
      this.#metrics.ended(outcome, (this.#clock.monotonic() - start) / 1000);
    }
  }

  async #reconcile(
    key: string,
    log: Logger,
    signal: AbortSignal,
  ): Promise<ReconcileResult | void> {
    using deadline = new Deadline(this.#clock, this.options.timeout ?? 120_000, signal);
    try {
      // A reconciliation that calls nobody needs no signal, and then no timer runs for it.
      const context = {
        log,
        get signal() {
          return deadline.signal;
        },
      };
      return await this.options.reconcile(key, context);
    } finally {
      if (deadline.exceeded) this.#metrics.timedOut();
    }
  }

  #settle(key: string, result: ReconcileResult | void): ReconcileOutcome {
    this.#queue.forget(key);
    if (result?.requeueAfter === undefined) return "success";
    this.#queue.add(key, { after: result.requeueAfter });
    return "requeue_after";
  }

  #retry(key: string, error: unknown, log: Logger, signal: AbortSignal): void {
    if (signal.aborted) return;
    if (isBug(error)) this.#metrics.panicked();
    this.#queue.addRateLimited(key);
    const failures = this.#queue.failures(key);
    // Somebody else wrote or deleted in between: the next try sees it. Not worth anyone's attention.
    const expected = isApiError(error, "Conflict", "AlreadyExists", "NotFound") && failures < 5;
    const stack = isBug(error) ? { stack: error.stack } : {};
    log[expected ? "debug" : "error"]("reconciliation failed and is tried again", {
      error,
      failures,
      ...stack,
    });
  }
}

/** The TypeScript counterpart of a panic: an error no one throws on purpose. */
function isBug(error: unknown): error is Error {
  return error instanceof TypeError || error instanceof RangeError ||
    error instanceof ReferenceError;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
