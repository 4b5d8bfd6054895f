import assert from "node:assert/strict";
import { delay, systemClock } from "./clock.ts";
import { FakeClock } from "./fake_clock.ts";

Deno.test("a delay ends when its time has passed, not before", async () => {
  const clock = new FakeClock();
  let ended = false;
  const waiting = delay(clock, 1000).then(() => void (ended = true));
  await clock.advance(999);
  assert.equal(ended, false);
  await clock.advance(1);
  await waiting;
  assert.equal(ended, true);
});

Deno.test("an aborted delay rejects with the signal's reason and leaves no timer", async () => {
  const clock = new FakeClock();
  const controller = new AbortController();
  const waiting = delay(clock, 1000, controller.signal);
  const reason = new Error("stopping");
  controller.abort(reason);
  await assert.rejects(waiting, reason);
  assert.equal(clock.pending, 0);
  await assert.rejects(delay(clock, 1000, controller.signal), reason);
  assert.equal(clock.pending, 0);
});

Deno.test("the system clock's timer fires, and does not once disposed", async () => {
  await new Promise<void>((resolve) => void systemClock.timer(resolve, 1));
  let fired = false;
  systemClock.timer(() => void (fired = true), 1)[Symbol.dispose]();
  await delay(systemClock, 5);
  assert.equal(fired, false);
  assert.ok(systemClock.monotonic() > 0);
  assert.ok(systemClock.now() > Date.UTC(2026, 0, 1));
});
