import assert from "node:assert/strict";
import fc from "fast-check";
import { FakeClock } from "./fake_clock.ts";

Deno.test("timers fire in the order of their due times, equal ones in the order they were set", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(50), { maxLength: 20 }), async (delays) => {
      const clock = new FakeClock();
      const fired: { delay: number; index: number }[] = [];
      delays.forEach((delay, index) => clock.timer(() => fired.push({ delay, index }), delay));
      await clock.advance(50);
      const expected = delays.map((delay, index) => ({ delay, index }))
        .sort((a, b) => a.delay - b.delay || a.index - b.index);
      assert.deepEqual(fired, expected);
      assert.equal(clock.pending, 0);
    }),
  );
});

Deno.test("a timer that sets another sees it fire in the same advance when it is due", async () => {
  const clock = new FakeClock();
  const times: number[] = [];
  clock.timer(() => {
    times.push(clock.monotonic());
    clock.timer(() => times.push(clock.monotonic()), 10);
  }, 10);
  await clock.advance(20);
  assert.deepEqual(times, [10, 20]);
});

Deno.test("both clocks move together", async () => {
  const clock = new FakeClock(1000);
  await clock.advance(5);
  assert.equal(clock.now(), 1005);
  assert.equal(clock.monotonic(), 5);
});
