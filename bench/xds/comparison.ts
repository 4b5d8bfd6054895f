/**
 * Ours beside the others: the rows of the table, and where ours is behind.
 *
 * @module
 */
import { percentile } from "../measure/percentile.ts";
import type { ChangeCost, Setting } from "./measure_changes.ts";

/** What one setting cost; ours first, then the others in the order of their names. */
export interface Comparison {
  readonly setting: Setting;
  readonly costs: readonly ChangeCost[];
}

interface Figure {
  readonly title: string;
  readonly of: (cost: ChangeCost) => number;
}

const figures: readonly Figure[] = [
  { title: "p50 ms", of: ({ latencies }) => percentile(latencies, 0.5) },
  { title: "p99 ms", of: ({ latencies }) => percentile(latencies, 0.99) },
  { title: "CPU ms", of: ({ cpu }) => cpu },
  { title: "bytes", of: ({ bytes }) => bytes },
  { title: "RSS MB", of: ({ resident }) => resident },
];

/** Behind by less than this is the noise of a machine. */
const noticeable = 1.05;

/** Of {@linkcode comparisonRow}: each figure, and ours divided by each of the others. */
export const comparisonHeadings: readonly string[] = [
  "variant",
  "resources",
  "streams",
  ...figures.flatMap(({ title }) => [title, "ratio"]),
];

/** Cells hold ours and the others, and ratios, separated by `/`. */
export function comparisonRow({ setting, costs }: Comparison): string[] {
  const { variant, resources, streams } = setting;
  const cells = figures.flatMap(({ of }) => {
    const values = costs.map(of);
    return [values.map(short).join(" / "), ratios(values).map((r) => r.toFixed(2)).join(" / ")];
  });
  return [variant, resources.toLocaleString("en"), String(streams), ...cells];
}

/** One sentence for each figure and each of the others. */
export function whereBehind(
  comparisons: readonly Comparison[],
  others: readonly string[],
): string[] {
  return others.flatMap((other, index) =>
    figures.map((figure) => {
      const behind = comparisons
        .map(({ setting, costs }) => ({ setting, ratio: ratios(costs.map(figure.of))[index]! }))
        .filter(({ ratio }) => ratio > noticeable)
        .sort((a, b) => b.ratio - a.ratio);
      const [worst] = behind;
      if (worst === undefined) return `${figure.title}: nowhere behind ${other}.`;
      const { variant, resources, streams } = worst.setting;
      return `${figure.title}: behind ${other} in ${behind.length} of ${comparisons.length}, ` +
        `at worst ${worst.ratio.toFixed(2)} × (${variant}, ${resources.toLocaleString("en")} ` +
        `resources, ${streams} ${streams === 1 ? "stream" : "streams"}).`;
    })
  );
}

/** The first divided by each of the rest. */
function ratios([first = NaN, ...rest]: readonly number[]): number[] {
  return rest.map((value) => first / value);
}

function short(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value.toFixed(value >= 10 ? 1 : 2);
}
