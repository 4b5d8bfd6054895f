import assert from "node:assert/strict";
import {
  milestones,
  perClosedConnection,
  residentSlope,
  settledSamples,
} from "./resident_slope.ts";

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

Deno.test("the first five minutes tell nothing", () => {
  const minutes = [0, 4, 5, 9].map((minute) => ({
    at: 7_000 + minute * 60_000,
    megabytes: minute,
    closedConnections: 0,
  }));
  assert.deepEqual(settledSamples(minutes).map(({ megabytes }) => megabytes), [5, 9]);
  assert.deepEqual(settledSamples([]), []);
});

Deno.test("milestones are the first, the last and those between, each once", () => {
  const many = samples((minute) => minute, () => 0);
  assert.deepEqual(milestones(many, 2), [many[0], many[3]]);
  assert.deepEqual(milestones(many, 5).length, 4);
  assert.deepEqual(milestones([], 5), []);
});
