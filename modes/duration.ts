/**
 * Durations as Go programs write them, because upstream's flags and Kubernetes' users do.
 *
 * @module
 */

const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

const shape = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/;
const part = /(\d+(?:\.\d+)?)(ms|s|m|h)/g;

/**
 * Reads `300ms`, `5m` or `1h30m`.
 *
 * @returns milliseconds, or `undefined` when the text is no duration.
 *
 * @example
 * ```ts
 * import { parseDuration } from "./duration.ts";
 * console.assert(parseDuration("1h30m") === 5_400_000);
 * console.assert(parseDuration("5") === undefined); // the unit is missing
 * ```
 */
export function parseDuration(text: string): number | undefined {
  // Go accepts a bare zero, and only that, without a unit.
  if (text === "0") return 0;
  if (!shape.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(part)) total += Number(amount) * units[unit ?? ""]!;
  return Math.round(total);
}

/** The inverse of {@linkcode parseDuration}, for help texts and messages: `90000` is `1m30s`. */
export function formatDuration(milliseconds: number): string {
  let rest = milliseconds;
  let text = "";
  for (const unit of ["h", "m", "s", "ms"] as const) {
    const amount = Math.floor(rest / units[unit]!);
    rest -= amount * units[unit]!;
    if (amount > 0) text += `${amount}${unit}`;
  }
  return text === "" ? "0s" : text;
}
