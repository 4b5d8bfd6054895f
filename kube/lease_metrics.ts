/**
 * `leader_election_*`, named as client-go names them.
 *
 * @module
 */
import type { Registry } from "../base/metrics.ts";
import { counter, gauge } from "./metric.ts";

/** What one candidate measures. */
export class LeaseMetrics {
  readonly #status;
  readonly #slowPath;

  /** @param name of the Lease. */
  constructor(registry: Registry, private readonly name: string) {
    this.#status = gauge(registry, {
      name: "leader_election_master_status",
      help: "1 while this process leads, 0 while it does not.",
      labelNames: ["name"],
    });
    this.#slowPath = counter(registry, {
      name: "leader_election_slowpath_total",
      help: "Renewals that had to read the Lease first.",
      labelNames: ["name"],
    });
    this.leading(false);
    this.#slowPath.inc({ name }, 0);
  }

  /** Whether this process leads now. */
  leading(leading: boolean): void {
    this.#status.set({ name: this.name }, leading ? 1 : 0);
  }

  /** A renewal had to read first. */
  slowPath(): void {
    this.#slowPath.inc({ name: this.name });
  }
}
