import assert from "node:assert/strict";
import { despiteTakenPorts } from "./taken_port.ts";

/** Fails with each message in turn, then succeeds; and how often it was asked. */
function failing(...messages: string[]) {
  const queue = messages.values();
  const state = { runs: 0 };
  const start = async () => {
    state.runs++;
    const { value, done } = queue.next();
    if (!done) throw new Error("it did not start", { cause: new Error(value) });
    return "started";
  };
  return { state, start };
}

const taken = "listen tcp 127.0.0.1:32581: bind: address already in use";

Deno.test("what meets a port that was just taken is started again, a few times", async () => {
  const twice = failing(taken, taken);
  assert.equal(await despiteTakenPorts(twice.start), "started");
  const always = failing(taken, taken, taken, taken);
  await assert.rejects(despiteTakenPorts(always.start));
  assert.equal(always.state.runs, 3);
});

Deno.test("what fails for another reason is not", async () => {
  const broken = failing("no such file");
  await assert.rejects(despiteTakenPorts(broken.start), /it did not start/);
  assert.equal(broken.state.runs, 1);
});
