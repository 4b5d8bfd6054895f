import assert from "node:assert/strict";
import { FakeClock } from "../base/fake_clock.ts";
import { Deadline } from "./deadline.ts";

Deno.test("a deadline fires by itself", async () => {
  const clock = new FakeClock();
  using deadline = new Deadline(clock, 100);
  await clock.advance(99);
  assert.equal(deadline.signal.aborted, false);
  await clock.advance(1);
  assert.equal(deadline.signal.aborted, true);
  assert.equal(deadline.exceeded, true);
});

Deno.test("a deadline fires with its parent, for the parent's reason", () => {
  const parent = new AbortController();
  using deadline = new Deadline(new FakeClock(), 100, parent.signal);
  const reason = new Error("enough");
  parent.abort(reason);
  assert.equal(deadline.signal.reason, reason);
  assert.equal(deadline.exceeded, false);
});

Deno.test("a parent that has fired already counts", () => {
  using deadline = new Deadline(new FakeClock(), 100, AbortSignal.abort());
  assert.equal(deadline.signal.aborted, true);
});

Deno.test("a disposed deadline leaves no timer, and no longer follows its parent", () => {
  const clock = new FakeClock();
  const parent = new AbortController();
  const deadline = new Deadline(clock, 100, parent.signal);
  deadline[Symbol.dispose]();
  parent.abort();
  assert.equal(clock.pending, 0);
  assert.equal(deadline.signal.aborted, false);
});

Deno.test("a deadline whose signal nobody asks for runs no timer", () => {
  const clock = new FakeClock();
  using deadline = new Deadline(clock, 100);
  assert.equal(clock.pending, 0);
  assert.equal(deadline.signal.aborted, false);
  assert.equal(clock.pending, 1);
});
