import assert from "node:assert/strict";
import { FakeClock } from "../../../base/fake_clock.ts";
import { Turns } from "./turns.ts";

Deno.test("work that has gone on for 8 ms is interrupted once", async () => {
  const clock = new FakeClock();
  const turns = new Turns(clock);
  await turns.take();
  await clock.advance(8);
  let taken = false;
  const turn = turns.take().then(() => taken = true);
  assert.equal(taken, false);
  assert.equal(clock.pending, 1);
  await clock.advance(0);
  await turn;
  await turns.take();
});
