/**
 * `workqueue_*`, named as client-go names them.
 *
 * @module
 */
import type { Clock } from "../base/clock.ts";
import { type Gauge, Registry } from "../base/metrics.ts";
import { counter, gauge, histogram } from "./metric.ts";

/** client-go: twelve buckets from 10 ns, each ten times the last; seconds. */
const queueBuckets = Array.from({ length: 12 }, (_, exponent) => 1e-8 * 10 ** exponent);

const labelNames = ["name", "controller"] as const;

/** What one queue measures. */
export class QueueMetrics implements Disposable {
  readonly #labels: { readonly name: string; readonly controller: string };
  readonly #adds;
  readonly #retries;
  readonly #waitTime;
  readonly #workTime;
  readonly #depth;
  readonly #added = new Map<string, number>();
  readonly #started = new Map<string, number>();
  readonly #unregister: () => void;

  constructor(
    private readonly clock: Clock,
    name: string,
    depth: () => number,
    registry: Registry = new Registry(),
  ) {
    this.#labels = { name, controller: name };
    this.#adds = counter(registry, {
      name: "workqueue_adds_total",
      help: "Adds handled by the work queue.",
      labelNames,
    });
    this.#retries = counter(registry, {
      name: "workqueue_retries_total",
      help: "Retries handled by the work queue.",
      labelNames,
    });
    this.#waitTime = histogram(registry, {
      name: "workqueue_queue_duration_seconds",
      help: "How long an item stays in the work queue before it is requested.",
      labelNames,
      buckets: queueBuckets,
    });
    this.#workTime = histogram(registry, {
      name: "workqueue_work_duration_seconds",
      help: "How long processing an item takes.",
      labelNames,
      buckets: queueBuckets,
    });
    this.#adds.inc(this.#labels, 0);
    this.#retries.inc(this.#labels, 0);
    this.#depth = depth;
    this.#unregister = observeQueues(registry, this);
  }

  added(key: string): void {
    this.#adds.inc(this.#labels);
    if (!this.#added.has(key)) this.#added.set(key, this.clock.monotonic());
  }

  retried(): void {
    this.#retries.inc(this.#labels);
  }

  started(key: string): void {
    const now = this.clock.monotonic();
    const added = this.#added.get(key);
    this.#added.delete(key);
    this.#started.set(key, now);
    if (added !== undefined) this.#waitTime.observe(this.#labels, (now - added) / 1000);
  }

  done(key: string): void {
    const started = this.#started.get(key);
    this.#started.delete(key);
    if (started === undefined) return;
    this.#workTime.observe(this.#labels, (this.clock.monotonic() - started) / 1000);
  }

  /** Writes the gauges; called when somebody asks for them, so that they cost nothing meanwhile. */
  collect(gauges: QueueGauges): void {
    const now = this.clock.monotonic();
    let sum = 0;
    let longest = 0;
    for (const started of this.#started.values()) {
      sum += now - started;
      longest = Math.max(longest, now - started);
    }
    gauges.depth.set(this.#labels, this.#depth());
    gauges.unfinished.set(this.#labels, sum / 1000);
    gauges.longest.set(this.#labels, longest / 1000);
  }

  /** The queue has ended. */
  clear(gauges: QueueGauges): void {
    for (const gauge of Object.values(gauges)) gauge.set(this.#labels, 0);
  }

  [Symbol.dispose](): void {
    this.#unregister();
  }
}

/** The gauges that all queues of a registry share. */
export interface QueueGauges {
  readonly depth: Gauge<"name" | "controller">;
  readonly unfinished: Gauge<"name" | "controller">;
  readonly longest: Gauge<"name" | "controller">;
}

interface ObservedQueues {
  readonly set: Set<QueueMetrics>;
  readonly gauges: QueueGauges;
}

const queuesByRegistry = new WeakMap<Registry, ObservedQueues>();

/** Lets a scrape of `registry` read the gauges of `queue`; the result ends that. */
function observeQueues(registry: Registry, queue: QueueMetrics): () => void {
  let known = queuesByRegistry.get(registry);
  if (known === undefined) {
    const set = new Set<QueueMetrics>();
    queuesByRegistry.set(registry, known = { set, gauges: registerGauges(registry, set) });
  }
  const { set, gauges } = known;
  set.add(queue);
  return () => {
    set.delete(queue);
    // Nobody waits in a queue that has ended; without this the last scrape would stay for good.
    queue.clear(gauges);
  };
}

function registerGauges(registry: Registry, queues: ReadonlySet<QueueMetrics>): QueueGauges {
  const gauges: QueueGauges = {
    // A scrape collects in the order of registration: the first gauge fills all three.
    depth: gauge(registry, {
      name: "workqueue_depth",
      help: "Current depth of the work queue.",
      labelNames,
      collect: () => queues.forEach((queue) => queue.collect(gauges)),
    }),
    unfinished: gauge(registry, {
      name: "workqueue_unfinished_work_seconds",
      help: "Seconds of work in progress that work_duration has not observed yet.",
      labelNames,
    }),
    longest: gauge(registry, {
      name: "workqueue_longest_running_processor_seconds",
      help: "How long the longest running processor has been running.",
      labelNames,
    }),
  };
  return gauges;
}
