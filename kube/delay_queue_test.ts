import assert from "node:assert/strict";
import fc from "fast-check";
import { FakeClock } from "../base/fake_clock.ts";
import { DelayQueue } from "./delay_queue.ts";

Deno.test("keys become ready at their time", async () => {
  const clock = new FakeClock();
  const ready: string[] = [];
  using queue = new DelayQueue(clock, (key) => ready.push(key));
  queue.add("late", 100);
  queue.add("early", 50);
  await clock.advance(49);
  assert.deepEqual(ready, []);
  await clock.advance(1);
  assert.deepEqual(ready, ["early"]);
  await clock.advance(50);
  assert.deepEqual(ready, ["early", "late"]);
  assert.equal(clock.pending, 0);
});

Deno.test("of two times of one key the earlier wins", async () => {
  const clock = new FakeClock();
  const ready: string[] = [];
  using queue = new DelayQueue(clock, (key) => ready.push(`${key} ${clock.monotonic()}`));
  queue.add("a", 100);
  queue.add("a", 30);
  queue.add("a", 500);
  assert.equal(queue.size, 1);
  await clock.advance(1000);
  assert.deepEqual(ready, ["a 30"]);
});

Deno.test("a delay of months does not overflow the timer", async () => {
  const clock = new FakeClock();
  const ready: string[] = [];
  using queue = new DelayQueue(clock, (key) => ready.push(key));
  const months = 60 * 24 * 3600 * 1000;
  queue.add("a", months);
  await clock.advance(months - 1);
  assert.deepEqual(ready, []);
  await clock.advance(1);
  assert.deepEqual(ready, ["a"]);
});

Deno.test("disposal stops the timer and forgets the keys", () => {
  const clock = new FakeClock();
  const queue = new DelayQueue(clock, () => assert.fail());
  queue.add("a", 10);
  queue[Symbol.dispose]();
  assert.equal(clock.pending, 0);
  assert.equal(queue.size, 0);
});

Deno.test("any mixture of additions and time hands over each key at its earliest time", async () => {
  const step = fc.record({
    key: fc.constantFrom("a", "b", "c", "d"),
    after: fc.nat(100),
    pass: fc.nat(40),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const clock = new FakeClock();
      const model = new Map<string, number>();
      using queue = new DelayQueue(clock, (key) => {
        assert.equal(model.get(key), clock.monotonic());
        model.delete(key);
      });
      for (const { key, after, pass } of steps) {
        const due = clock.monotonic() + after;
        model.set(key, Math.min(model.get(key) ?? Infinity, due));
        queue.add(key, after);
        await clock.advance(pass);
      }
      await clock.advance(200);
      assert.equal(model.size, 0);
    }),
    { numRuns: 50 },
  );
});
