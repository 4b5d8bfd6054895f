/**
 * `meta/v1.MicroTime`: RFC 3339 with microseconds, as Leases and Events want it.
 *
 * @module
 */

/** `milliseconds` since 1970 as a MicroTime, e.g. `2026-01-01T00:00:00.000000Z`. */
export function microTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace("Z", "000Z");
}
