/**
 * Durations as Go writes them, the way `meta/v1.Duration` travels in JSON.
 *
 * @module
 */

const milliseconds: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  "µs": 1e-3,
  "μs": 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** What a CRD demands of a duration: positive, without the units below a millisecond. */
export const durationPattern = "^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$";

/**
 * Milliseconds of a Go duration (`time.ParseDuration`): a sign, then numbers with units, or `0`.
 * Answers undefined when it is none, so that the caller can name the field.
 *
 * @example
 * ```ts
 * import { parseDuration } from "./duration.ts";
 * console.assert(parseDuration("1m30s") === 90_000);
 * console.assert(parseDuration("soon") === undefined);
 * ```
 */
export function parseDuration(text: string): number | undefined {
  const signed = /^([+-]?)(.+)$/.exec(text);
  if (!signed) return undefined;
  const [, sign, rest = ""] = signed;
  if (rest === "0") return 0;
  // Digits are matched in one way only: trying each way of dividing a long text takes for ever.
  if (!/^(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(rest)) return undefined;
  let total = 0;
  for (const [, number, unit] of rest.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    total += Number(number) * milliseconds[unit!]!;
  }
  return sign === "-" ? -total : total;
}
