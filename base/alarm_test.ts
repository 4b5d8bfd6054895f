import assert from "node:assert/strict";
import { alarm } from "./alarm.ts";
import { FakeClock } from "./fake_clock.ts";

const day = 24 * 60 * 60 * 1000;

Deno.test("an alarm rings once, at its time, also one that no timer of the system reaches", async () => {
  const clock = new FakeClock();
  let rung = 0;
  using _alarm = alarm(clock, clock.now() + 40 * day, () => rung++);
  await clock.advance(40 * day - 1);
  assert.equal(rung, 0);
  await clock.advance(1);
  assert.equal(rung, 1);
  assert.equal(clock.pending, 0);
});

Deno.test("a time that has passed rings at once", async () => {
  const clock = new FakeClock();
  let rung = 0;
  using _alarm = alarm(clock, clock.now() - day, () => rung++);
  await clock.advance(0);
  assert.equal(rung, 1);
});

Deno.test("an alarm that is disposed of never rings, and leaves no timer", async () => {
  const clock = new FakeClock();
  const ringing = alarm(clock, clock.now() + 2 * day, () => assert.fail("it rang"));
  await clock.advance(day);
  ringing[Symbol.dispose]();
  assert.equal(clock.pending, 0);
});
