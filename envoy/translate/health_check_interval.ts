/**
 * How often a fleet can afford to check its endpoints.
 *
 * @module
 */

/** Checks per second that one Envoy may send at most (design figure). */
export const maximumChecksPerSecond = 200;

/** No endpoint is checked more often than this, in seconds. */
export const minimumInterval = 5;

/**
 * Seconds between two checks of one endpoint, so that an Envoy with `endpoints` checked endpoints
 * stays below {@linkcode maximumChecksPerSecond}: 5, 10, 20, 40, …
 *
 * The steps are powers of two because an interval is part of the cluster: with finer steps every
 * endpoint that comes or goes would change all clusters of the fleet. The result depends on the
 * count alone, so that all replicas of the manager agree.
 */
export function healthCheckInterval(endpoints: number): number {
  const needed = endpoints / (maximumChecksPerSecond * minimumInterval);
  const doublings = Math.max(0, Math.ceil(Math.log2(needed)));
  return minimumInterval * 2 ** doublings;
}
