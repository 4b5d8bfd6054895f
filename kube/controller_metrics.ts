/**
 * `controller_runtime_*`, named as controller-runtime names them.
 *
 * @module
 */
import { Registry } from "../base/metrics.ts";
import { counter, gauge, histogram } from "./metric.ts";

/** How a reconciliation ended. */
export type ReconcileOutcome = "success" | "error" | "requeue" | "requeue_after";

const outcomes: readonly ReconcileOutcome[] = ["success", "error", "requeue", "requeue_after"];

/** A subset of controller-runtime's forty buckets, seconds. */
const reconcileBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** What one controller counts; every series exists from the start, so that `rate()` works. */
export class ControllerMetrics {
  readonly #labels: { readonly controller: string };
  readonly #total;
  readonly #errors;
  readonly #panics;
  readonly #timeouts;
  readonly #time;
  readonly #active;

  constructor(controller: string, concurrency: number, registry: Registry = new Registry()) {
    const labelNames = ["controller"] as const;
    const count = (name: string, help: string) =>
      counter(registry, { name: `controller_runtime_${name}`, help, labelNames });
    this.#labels = { controller };
    this.#total = counter(registry, {
      name: "controller_runtime_reconcile_total",
      help: "Reconciliations per controller and result.",
      labelNames: ["controller", "result"],
    });
    this.#errors = count("reconcile_errors_total", "Reconciliation errors per controller.");
    this.#panics = count("reconcile_panics_total", "Errors that are bugs: TypeError and the like.");
    this.#timeouts = count("reconcile_timeouts_total", "Reconciliations that ran out of time.");
    this.#time = histogram(registry, {
      name: "controller_runtime_reconcile_time_seconds",
      help: "Time per reconciliation.",
      labelNames,
      buckets: reconcileBuckets,
    });
    this.#active = gauge(registry, {
      name: "controller_runtime_active_workers",
      help: "Workers that are busy.",
      labelNames,
    });
    gauge(registry, {
      name: "controller_runtime_max_concurrent_reconciles",
      help: "Workers there are.",
      labelNames,
    }).set(this.#labels, concurrency);
    for (const result of outcomes) this.#total.inc({ controller, result }, 0);
    for (const metric of [this.#errors, this.#panics, this.#timeouts]) {
      metric.inc(this.#labels, 0);
    }
    this.#active.set(this.#labels, 0);
  }

  started(): void {
    this.#active.inc(this.#labels);
  }

  ended(result: ReconcileOutcome, seconds: number): void {
    this.#active.dec(this.#labels);
    this.#total.inc({ ...this.#labels, result });
    this.#time.observe(this.#labels, seconds);
    if (result === "error") this.#errors.inc(this.#labels);
  }

  panicked(): void {
    this.#panics.inc(this.#labels);
  }

  timedOut(): void {
    this.#timeouts.inc(this.#labels);
  }
}
