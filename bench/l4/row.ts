/**
 * One line of the table of figures.
 *
 * @module
 */

/** A figure beside upstream's and the aim; all as they are printed. */
export interface Row {
  readonly figure: string;
  /** Upstream KubeLB CE 80d164b, measured on a machine of this size. */
  readonly upstream: string;
  readonly aim: string;
  readonly ours: string;
}

/** Milliseconds without digits that mean nothing. */
export function formatMilliseconds(value: number): string {
  if (value >= 10_000) return `${(value / 1000).toFixed(1)} s`;
  if (value >= 1000) return `${(value / 1000).toFixed(2)} s`;
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
}

/** Bytes in the unit a reader expects (10^3, 10^6). */
export function formatBytes(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)} MB`;
  if (value >= 1e4) return `${(value / 1e3).toFixed(0)} kB`;
  return `${value.toFixed(0)} B`;
}
