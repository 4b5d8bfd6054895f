import assert from "node:assert/strict";
import { FakeClock } from "./fake_clock.ts";
import { TokenBucket } from "./token_bucket.ts";

Deno.test("a bucket allows its burst, then one per interval, and never saves up more", async () => {
  const clock = new FakeClock();
  const bucket = new TokenBucket(clock, 2, 1000);
  const take = (times: number) => Array.from({ length: times }, () => bucket.take());
  assert.deepEqual(take(3), [true, true, false]);
  await clock.advance(999);
  assert.deepEqual(take(1), [false]);
  await clock.advance(1);
  assert.deepEqual(take(2), [true, false]);
  await clock.advance(60_000);
  assert.deepEqual(take(3), [true, true, false]);
});
