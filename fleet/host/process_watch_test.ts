import assert from "node:assert/strict";
import { FakeClock } from "../../base/fake_clock.ts";
import { ProcessWatch } from "./process_watch.ts";

Deno.test("the end of an adopted process is noticed within 200 ms, and the timer ends with it", async () => {
  const clock = new FakeClock();
  const living = new Set([1, 2]);
  using watch = new ProcessWatch(clock, ({ pid }) => living.has(pid));
  const ended: number[] = [];
  for (const pid of living) {
    watch.exited({ pid, startTime: 0, bootId: "" }).then(() => ended.push(pid));
  }
  await clock.advance(1_000);
  assert.deepEqual(ended, []);
  living.delete(2);
  await clock.advance(200);
  assert.deepEqual(ended, [2]);
  living.clear();
  await clock.advance(200);
  assert.deepEqual(ended, [2, 1]);
  assert.equal(clock.pending, 0);
});
