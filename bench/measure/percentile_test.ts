import assert from "node:assert/strict";
import { percentile } from "./percentile.ts";

Deno.test("a percentile is one of the samples, by nearest rank", () => {
  const samples = [5, 1, 4, 2, 3];
  assert.equal(percentile(samples, 0.5), 3);
  assert.equal(percentile(samples, 0.99), 5);
  assert.equal(percentile(samples, 0), 1);
  assert.equal(percentile([7], 0.5), 7);
  assert.throws(() => percentile([], 0.5), RangeError);
});
