/**
 * How often and how long each controller reconciles, under upstream's metric names.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import {
  type Counter,
  durationBuckets,
  type Histogram,
  type Registry,
} from "../../base/metrics.ts";
import { counter, histogram } from "../../kube/metric.ts";

/** Which of upstream's metrics, and whether it tells tenants apart. */
export interface ReconcileMetricsOptions {
  /** The part of the name: `loadbalancer` makes `kubelb_manager_loadbalancer_reconcile_total`. */
  readonly name: "loadbalancer" | "tenant" | "envoycp";
  /** Whether the metrics carry the label `namespace`. */
  readonly perNamespace: boolean;
  readonly metrics: Registry;
  readonly clock: Clock;
}

/** Counts and times reconciliations. Made anew with each term of a leader, it goes on counting. */
export class ReconcileMetrics {
  readonly #total: Counter;
  readonly #duration: Histogram;
  readonly #clock: Clock;
  readonly #perNamespace: boolean;

  constructor({ name, perNamespace, metrics, clock }: ReconcileMetricsOptions) {
    this.#clock = clock;
    this.#perNamespace = perNamespace;
    const labelNames = perNamespace ? ["namespace"] : [];
    const prefix = `kubelb_manager_${name}_reconcile`;
    this.#total = counter<string>(metrics, {
      name: `${prefix}_total`,
      help: `Reconciliations of the ${name} controller.`,
      labelNames: [...labelNames, "result"],
    });
    this.#duration = histogram<string>(metrics, {
      name: `${prefix}_duration_seconds`,
      help: `Seconds that a reconciliation of the ${name} controller took.`,
      labelNames,
      buckets: durationBuckets,
    });
  }

  /** Runs `reconcile` and records how it went. */
  async time<R>(namespace: string, reconcile: () => Promise<R>): Promise<R> {
    const start = this.#clock.monotonic();
    const labels: Record<string, string> = this.#perNamespace ? { namespace } : {};
    try {
      const result = await reconcile();
      this.#total.inc({ ...labels, result: "success" });
      return result;
    } catch (error) {
      this.#total.inc({ ...labels, result: "error" });
      throw error;
    } finally {
      this.#duration.observe(labels, (this.#clock.monotonic() - start) / 1000);
    }
  }
}
