import assert from "node:assert/strict";
import { perClosedConnection, residentSlope } from "./resident_slope.ts";

const samples = (grow: (minute: number) => number, close: (minute: number) => number) =>
  [0, 1, 2, 3].map((minute) => ({
    at: 5_000 + minute * 60_000,
    megabytes: 100 + grow(minute) + close(minute) * perClosedConnection,
    closedConnections: close(minute),
  }));

Deno.test("the slope is in MB a minute", () => {
  assert.ok(Math.abs(residentSlope(samples((minute) => 2 * minute, () => 0)) - 2) < 1e-9);
});

Deno.test("what closed connections cost is no growth", () => {
  const slope = residentSlope(samples(() => 0, (minute) => minute * 100));
  assert.ok(Math.abs(slope) < 1e-9, String(slope));
});

Deno.test("one sample has no slope", () => {
  assert.ok(Number.isNaN(residentSlope(samples(() => 0, () => 0).slice(0, 1))));
});
