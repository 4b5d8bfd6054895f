/**
 * What samples of a process's memory tell.
 *
 * @module
 */

/** Resident memory at one moment. */
export interface ResidentSample {
  /** Milliseconds, on any monotonic clock. */
  readonly at: number;
  readonly megabytes: number;
  /** xDS connections that have ended since the process began. */
  readonly closedConnections: number;
}

/** MB a minute by which a process grows: the slope of the least squares; NaN with one sample. */
export function residentSlope(samples: readonly ResidentSample[]): number {
  const points = samples.map(({ at, megabytes }) => ({ x: at / 60_000, y: megabytes }));
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x0, y0] = [mean(points.map(({ x }) => x)), mean(points.map(({ y }) => y))];
  const covariance = mean(points.map(({ x, y }) => (x - x0) * (y - y0)));
  return covariance / mean(points.map(({ x }) => (x - x0) ** 2));
}

/** MB that each connection has cost which ended between two samples; NaN when none did. */
export function costPerConnection(first: ResidentSample, last: ResidentSample): number {
  const closed = last.closedConnections - first.closedConnections;
  return closed === 0 ? NaN : (last.megabytes - first.megabytes) / closed;
}

/** Milliseconds in which a program that was just started grows, whatever it does. */
const warmUp = 5 * 60_000;

/** The samples that tell about growth; none where a run was too short. */
export function settledSamples(samples: readonly ResidentSample[]): ResidentSample[] {
  const start = samples[0]?.at ?? 0;
  return samples.filter(({ at }) => at - start >= warmUp);
}

/**
 * The samples of the later half of the time: where a program has come to rest late, its growth
 * before would be taken for growth that goes on.
 */
export function laterHalf(samples: readonly ResidentSample[]): ResidentSample[] {
  const middle = ((samples[0]?.at ?? 0) + (samples.at(-1)?.at ?? 0)) / 2;
  return samples.filter(({ at }) => at >= middle);
}

/** `count` of the samples, the first and the last among them, at equal distances. */
export function milestones(samples: readonly ResidentSample[], count: number): ResidentSample[] {
  if (samples.length === 0) return [];
  const last = samples.length - 1;
  const steps = Array.from({ length: count }, (_, step) => Math.round(step * last / (count - 1)));
  return [...new Set(steps)].map((step) => samples[step]!);
}
