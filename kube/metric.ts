/**
 * Metrics that several parts of one process share: the first to ask for a name makes it.
 *
 * @module
 */
import { Counter, Gauge, Histogram, type Registry } from "../base/metrics.ts";

/** What a metric is made of. */
export interface MetricDefinition<L extends string> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly L[];
}

/** The counter of that name in `registry`. */
export function counter<L extends string>(
  registry: Registry,
  definition: MetricDefinition<L>,
): Counter<L> {
  const known = registry.getSingleMetric(definition.name);
  if (known instanceof Counter) return known as Counter<L>;
  return new Counter({ ...definition, registers: [registry] });
}

/** The gauge of that name in `registry`. */
export function gauge<L extends string>(
  registry: Registry,
  definition: MetricDefinition<L> & { readonly collect?: () => void },
): Gauge<L> {
  const known = registry.getSingleMetric(definition.name);
  if (known instanceof Gauge) return known as Gauge<L>;
  return new Gauge({ ...definition, registers: [registry] });
}

/** The histogram of that name in `registry`; bucket bounds in seconds. */
export function histogram<L extends string>(
  registry: Registry,
  definition: MetricDefinition<L> & { readonly buckets: readonly number[] },
): Histogram<L> {
  const known = registry.getSingleMetric(definition.name);
  if (known instanceof Histogram) return known as Histogram<L>;
  return new Histogram({ ...definition, buckets: [...definition.buckets], registers: [registry] });
}
