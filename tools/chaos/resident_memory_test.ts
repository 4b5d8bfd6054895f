import assert from "node:assert/strict";
import {
  costPerConnection,
  laterHalf,
  milestones,
  residentSlope,
  settledSamples,
} from "./resident_memory.ts";

/** One sample at each of these minutes. */
function samplesAt(
  minutes: readonly number[],
  megabytes: (minute: number) => number,
  closedConnections: (minute: number) => number = () => 0,
) {
  return minutes.map((minute) => ({
    at: 7_000 + minute * 60_000,
    megabytes: megabytes(minute),
    closedConnections: closedConnections(minute),
  }));
}

Deno.test("the slope is in MB a minute", () => {
  const slope = residentSlope(samplesAt([0, 1, 2, 3], (minute) => 100 + 2 * minute));
  assert.ok(Math.abs(slope - 2) < 1e-9, String(slope));
  assert.ok(Number.isNaN(residentSlope(samplesAt([0], () => 100))));
});

Deno.test("what connections cost that ended", () => {
  const [first, last] = samplesAt([0, 1], (minute) => 100 + minute, (minute) => 7 + 10 * minute);
  assert.equal(costPerConnection(first!, last!), 0.1);
  assert.ok(Number.isNaN(costPerConnection(last!, last!)));
});

Deno.test("the first five minutes tell nothing", () => {
  const settled = settledSamples(samplesAt([0, 4, 5, 9], (minute) => minute));
  assert.deepEqual(settled.map(({ megabytes }) => megabytes), [5, 9]);
  assert.deepEqual(settledSamples([]), []);
});

Deno.test("the later half is one of time, not of samples", () => {
  const late = laterHalf(samplesAt([0, 1, 2, 3, 8, 10], (minute) => minute));
  assert.deepEqual(late.map(({ megabytes }) => megabytes), [8, 10]);
  assert.deepEqual(laterHalf([]), []);
});

Deno.test("milestones are the first, the last and those between, each once", () => {
  const many = samplesAt([0, 1, 2, 3], (minute) => minute);
  assert.deepEqual(milestones(many, 2), [many[0], many[3]]);
  assert.deepEqual(milestones(many, 5).length, 4);
  assert.deepEqual(milestones([], 5), []);
});
