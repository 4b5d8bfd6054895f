/**
 * `kubelb_ccm_*`, named as upstream names them.
 *
 * @module
 */
import { Counter, durationBuckets, Gauge, Histogram, type Registry } from "../../base/metrics.ts";

/** How a reconciliation ended. */
export type CcmOutcome = "success" | "error" | "skipped";

/** What is done in the hub, as upstream groups it. */
export type HubOperation = "get" | "create" | "update" | "delete";

/** What the CCM counts; labels never carry an object's name. */
export class CcmMetrics {
  readonly #serviceTotal;
  readonly #serviceDuration;
  readonly #nodeTotal;
  readonly #nodeDuration;
  readonly #latency;
  readonly #operations;
  readonly #connected;
  readonly #swept;

  constructor(private readonly registry: Registry) {
    const registers = [registry];
    const count = <L extends string>(name: string, help: string, labelNames: L[]) =>
      new Counter({ name: `kubelb_ccm_${name}`, help, labelNames, registers });
    const time = <L extends string>(name: string, help: string, labelNames: L[]) =>
      new Histogram({
        name: `kubelb_ccm_${name}_seconds`,
        help,
        labelNames,
        buckets: durationBuckets,
        registers,
      });
    this.#serviceTotal = count("service_reconcile_total", "Reconciliations of Services.", [
      "namespace",
      "result",
    ]);
    this.#serviceDuration = time("service_reconcile_duration", "Time of each.", ["namespace"]);
    this.#nodeTotal = count("node_reconcile_total", "Reconciliations of the nodes.", ["result"]);
    this.#nodeDuration = time("node_reconcile_duration", "Time of each.", []);
    this.#latency = time("kubelb_cluster_latency", "Time of calls to the hub.", ["operation"]);
    this.#operations = count("kubelb_cluster_operations_total", "Calls to the hub.", [
      "operation",
      "result",
    ]);
    this.#swept = count("swept_total", "Objects removed from the hub whose origin is gone.", []);
    this.#connected = new Gauge({
      name: "kubelb_ccm_kubelb_cluster_connected",
      help: "1 while the hub can be used, 0 while it does not answer or refuses the CCM.",
      registers,
    });
  }

  /** A reconciliation of one Service has ended. */
  service(namespace: string, result: CcmOutcome, seconds: number): void {
    this.#serviceTotal.inc({ namespace, result });
    this.#serviceDuration.observe({ namespace }, seconds);
  }

  /** A reconciliation of the nodes has ended. */
  node(result: CcmOutcome, seconds: number): void {
    this.#nodeTotal.inc({ result });
    this.#nodeDuration.observe(seconds);
  }

  /** A call to the hub has ended. */
  hubCall(operation: HubOperation, result: "success" | "error", seconds: number): void {
    this.#operations.inc({ operation, result });
    this.#latency.observe({ operation }, seconds);
  }

  /** Whether the hub answers, and does not refuse us altogether. */
  hubConnected(connected: boolean): void {
    this.#connected.set(connected ? 1 : 0);
  }

  /** An object without an origin was removed from the hub. */
  swept(): void {
    this.#swept.inc();
  }

  /**
   * Counts at each scrape, so that nothing goes stale when the last object of a namespace goes.
   *
   * @param nodes how many nodes the tenant has.
   * @param services how many Services KubeLB serves, by namespace.
   */
  observeObjects(nodes: () => number, services: () => ReadonlyMap<string, number>): void {
    const registers = [this.registry];
    new Gauge({
      name: "kubelb_ccm_nodes",
      help: "Nodes of the tenant cluster.",
      registers,
      collect() {
        this.set(nodes());
      },
    });
    new Gauge({
      name: "kubelb_ccm_managed_services",
      help: "Services that KubeLB serves.",
      labelNames: ["namespace"],
      registers,
      collect() {
        this.reset();
        for (const [namespace, count] of services()) this.set({ namespace }, count);
      },
    });
  }
}
