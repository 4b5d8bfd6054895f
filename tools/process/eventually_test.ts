import assert from "node:assert/strict";
import { FakeClock } from "../../base/fake_clock.ts";
import { DeadlineError, eventually } from "./eventually.ts";

Deno.test("a condition that is true at once costs no time", async () => {
  const clock = new FakeClock();
  assert.equal(await eventually(() => "value", { clock }), "value");
  assert.equal(clock.pending, 0);
});

Deno.test("a condition is looked at until it is truthy", async () => {
  const clock = new FakeClock();
  const answers = [0, "", false, undefined, null, 42];
  const result = eventually(() => answers.shift(), { clock });
  await clock.advance(1_000);
  assert.equal(await result, 42);
});

Deno.test("in vain: the message says for what, how long, and the last error", async () => {
  const clock = new FakeClock();
  const never = () => {
    throw new Error("no wonder");
  };
  const result = eventually(never, {
    clock,
    deadline: 500,
    describe: () => "a miracle",
  });
  const rejected = assert.rejects(result, (error) => {
    assert(error instanceof DeadlineError);
    assert.equal(error.message, "waited 500 ms in vain for a miracle (last: no wonder)");
    return true;
  });
  await clock.advance(600);
  await rejected;
});

Deno.test("an aborted signal ends the wait", async () => {
  const stop = new AbortController();
  const result = eventually(() => false, { clock: new FakeClock(), signal: stop.signal });
  const rejected = assert.rejects(result, /enough/);
  stop.abort(new Error("enough"));
  await rejected;
});
