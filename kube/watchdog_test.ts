import assert from "node:assert/strict";
import { FakeClock } from "../base/fake_clock.ts";
import { Watchdog } from "./watchdog.ts";

Deno.test("silence is noticed after the patience, counted from the last sound", async () => {
  const clock = new FakeClock();
  let silentAt: number | undefined;
  using watchdog = new Watchdog(clock, 100, () => silentAt = clock.monotonic());
  await clock.advance(80);
  watchdog.touch();
  await clock.advance(99);
  assert.equal(silentAt, undefined);
  await clock.advance(1);
  assert.equal(silentAt, 180);
  await clock.advance(1000);
  assert.equal(silentAt, 180, "once");
});

Deno.test("patience can change", async () => {
  const clock = new FakeClock();
  let silent = false;
  using watchdog = new Watchdog(clock, 100, () => silent = true);
  watchdog.expect(1000);
  await clock.advance(999);
  assert.equal(silent, false);
  await clock.advance(1);
  assert.equal(silent, true);
});

Deno.test("a disposed watchdog leaves no timer", () => {
  const clock = new FakeClock();
  new Watchdog(clock, 100, () => assert.fail())[Symbol.dispose]();
  assert.equal(clock.pending, 0);
});
