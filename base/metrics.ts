/**
 * The metrics registry. `prom-client` keeps the numbers; this file only holds what every metric of
 * this program has in common.
 *
 * @module
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

export { Counter, Gauge, Histogram, Registry };

/** Seconds; the buckets of all of KubeLB's histograms, upstream's and ours. */
export const durationBuckets = [
  0.001,
  0.005,
  0.01,
  0.025,
  0.05,
  0.1,
  0.25,
  0.5,
  1,
  2.5,
  5,
  10,
  30,
  60,
];

/** A registry that also reports the process itself (`process_*`, memory, event loop lag). */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}
