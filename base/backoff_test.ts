import assert from "node:assert/strict";
import fc from "fast-check";
import { Backoff } from "./backoff.ts";

Deno.test("delays double from the first up to the maximum, and start again after a reset", () => {
  const backoff = new Backoff({ initial: 100, maximum: 500, jitter: 0 });
  assert.deepEqual([1, 2, 3, 4, 5].map(() => backoff.next()), [100, 200, 400, 500, 500]);
  assert.equal(backoff.failures, 5);
  backoff.reset();
  assert.equal(backoff.failures, 0);
  assert.equal(backoff.next(), 100);
});

Deno.test("a delay is never below its base nor above the maximum plus jitter", () => {
  fc.assert(
    fc.property(
      fc.nat(2000),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (failures, chance) => {
        const backoff = new Backoff({ initial: 5, maximum: 1000, jitter: 1 }, () => chance);
        let last = 0;
        for (let index = 0; index <= failures; index++) last = backoff.next();
        assert.ok(last >= 5 && last <= 2000, `delay ${last}`);
      },
    ),
    { numRuns: 50 },
  );
});
