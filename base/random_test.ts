import assert from "node:assert/strict";
import { seededRandom, systemRandom } from "./random.ts";

Deno.test("a seed repeats its sequence and another seed gives another one", () => {
  const take = (seed: number) => {
    const random = seededRandom(seed);
    return Array.from({ length: 5 }, random);
  };
  assert.deepEqual(take(7), take(7));
  assert.notDeepEqual(take(7), take(8));
});

Deno.test("numbers lie in [0, 1) and spread over it", () => {
  for (const random of [seededRandom(1), systemRandom]) {
    const values = Array.from({ length: 2000 }, random);
    assert.ok(values.every((value) => value >= 0 && value < 1));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    assert.ok(mean > 0.4 && mean < 0.6, `mean ${mean}`);
  }
});
