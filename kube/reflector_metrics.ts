/**
 * Metrics of reflectors.
 *
 * @module
 */
import type { Registry } from "../base/metrics.ts";
import { counter } from "./metric.ts";

/** What one reflector counts. */
export class ReflectorMetrics {
  readonly #labels: { readonly cluster: string; readonly resource: string };
  readonly #lists;
  readonly #watches;
  readonly #failures;
  readonly #malformed;
  readonly #missed;

  /**
   * @param cluster which side: `hub` or `tenant`.
   * @param resource `plural.group`.
   */
  constructor(registry: Registry, cluster: string, resource: string) {
    const labelNames = ["cluster", "resource"] as const;
    this.#labels = { cluster, resource };
    this.#lists = counter(registry, {
      name: "reflector_lists_total",
      help: "Complete lists read, streaming ones included.",
      labelNames,
    });
    this.#watches = counter(registry, {
      name: "reflector_watches_total",
      help: "Watches opened.",
      labelNames,
    });
    this.#failures = counter(registry, {
      name: "reflector_failures_total",
      help: "Failed lists and watches by reason.",
      labelNames: ["cluster", "resource", "reason"],
    });
    this.#malformed = counter(registry, {
      name: "reflector_malformed_events_total",
      help: "Lines of watches that were no watch events; each leads to a new list.",
      labelNames,
    });
    this.#missed = counter(registry, {
      name: "reflector_events_found_by_relist_total",
      help: "Changes that no watch told and only a later list found.",
      labelNames,
    });
    for (const metric of [this.#lists, this.#watches, this.#malformed, this.#missed]) {
      metric.inc(this.#labels, 0);
    }
  }

  list(): void {
    this.#lists.inc(this.#labels);
  }
  watch(): void {
    this.#watches.inc(this.#labels);
  }
  failure(reason: string): void {
    this.#failures.inc({ ...this.#labels, reason });
  }
  malformed(): void {
    this.#malformed.inc(this.#labels);
  }
  missed(events: number): void {
    this.#missed.inc(this.#labels, events);
  }
}
