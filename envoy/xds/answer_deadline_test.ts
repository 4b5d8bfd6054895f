import assert from "node:assert/strict";
import { FakeClock } from "../../base/fake_clock.ts";
import { AnswerDeadline } from "./answer_deadline.ts";

function setUp(milliseconds = 100) {
  const clock = new FakeClock();
  let passed = 0;
  const deadline = new AnswerDeadline(clock, milliseconds, () => passed++);
  return { clock, deadline, passed: () => passed };
}

Deno.test("who says nothing to a response misses the deadline, however much more is sent", async () => {
  const { clock, deadline, passed } = setUp();
  deadline.sent();
  await clock.advance(60);
  deadline.sent();
  await clock.advance(39);
  assert.equal(passed(), 0);
  await clock.advance(1);
  assert.equal(passed(), 1);
});

Deno.test("a sign of life gives as much time again, as long as something is unanswered", async () => {
  const { clock, deadline, passed } = setUp();
  deadline.sent();
  await clock.advance(99);
  deadline.heard(true);
  await clock.advance(99);
  assert.equal(passed(), 0);
  await clock.advance(1);
  assert.equal(passed(), 1);
});

Deno.test("who has answered everything may be silent for ever", async () => {
  const { clock, deadline, passed } = setUp();
  deadline.sent();
  deadline.heard(false);
  await clock.advance(1e9);
  assert.equal(passed(), 0);
  assert.equal(clock.pending, 0);
});

Deno.test("without a deadline there is no timer", () => {
  const { clock, deadline } = setUp(Infinity);
  deadline.sent();
  assert.equal(clock.pending, 0);
});
