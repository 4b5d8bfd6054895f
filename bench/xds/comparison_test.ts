import assert from "node:assert/strict";
import { comparisonHeadings, comparisonRow, whereBehind } from "./comparison.ts";

const setting = { variant: "delta", resources: 1_000, streams: 1 } as const;
const cost = (factor: number) => ({
  latencies: [factor, 2 * factor],
  cpu: 0.5 * factor,
  bytes: 100 * factor,
  resident: 80,
});
const comparison = { setting, costs: [cost(1), cost(4), cost(0.5)] };

Deno.test("each figure of ours stands before those of the others, and is divided by them", () => {
  const row = comparisonRow(comparison);
  assert.equal(row.length, comparisonHeadings.length);
  assert.deepEqual(row.slice(0, 7), [
    "delta",
    "1,000",
    "1",
    "1.00 / 4.00 / 0.50",
    "0.25 / 2.00",
    "2.00 / 8.00 / 1.00",
    "0.25 / 2.00",
  ]);
  assert.deepEqual(row.slice(-4), [
    "100 / 400 / 50.0",
    "0.25 / 2.00",
    "80.0 / 80.0 / 80.0",
    "1.00 / 1.00",
  ]);
});

Deno.test("it is said plainly where ours is behind, and by how much at worst", () => {
  const small = { setting: { ...setting, resources: 10 }, costs: [cost(3), cost(4), cost(0.5)] };
  const said = whereBehind([comparison, small], ["A", "B"]);
  assert.equal(said[0], "p50 ms: nowhere behind A.");
  assert.ok(
    said.includes("p50 ms: behind B in 2 of 2, at worst 6.00 × (delta, 10 resources, 1 stream)."),
    said.join("\n"),
  );
  assert.ok(said.includes("RSS MB: nowhere behind B."));
});
