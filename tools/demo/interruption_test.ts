import assert from "node:assert/strict";
import { FakeClock } from "../../base/fake_clock.ts";
import { Interruption } from "./interruption.ts";

class Fixture {
  readonly clock = new FakeClock();
  parent = 100;
  exits = 0;
  stopping = false;
  readonly interruption = new Interruption({
    clock: this.clock,
    parent: () => this.parent,
    exit: () => this.exits++,
  });

  constructor() {
    this.interruption.promise.then(() => this.stopping = true);
  }
}

Deno.test("a signal that arrives twice at one Ctrl-C stops orderly", async () => {
  const fixture = new Fixture();
  const { clock, interruption } = fixture;
  interruption.onSignal();
  await clock.advance(10);
  interruption.onSignal();
  await interruption.promise;
  assert.equal(fixture.exits, 0);
  interruption[Symbol.dispose]();
  assert.equal(clock.pending, 0);
});

Deno.test("a second Ctrl-C ends the program at once", async () => {
  const fixture = new Fixture();
  fixture.interruption.onSignal();
  await fixture.clock.advance(1_000);
  fixture.interruption.onSignal();
  assert.equal(fixture.exits, 1);
  fixture.interruption[Symbol.dispose]();
});

Deno.test("the end of the parent is a reason to stop", async () => {
  const fixture = new Fixture();
  await fixture.clock.advance(10_000);
  assert.equal(fixture.stopping, false);
  fixture.parent = 1;
  await fixture.clock.advance(1_000);
  assert.equal(fixture.stopping, true);
  assert.equal(fixture.clock.pending, 0, "there is nothing left to watch");
});
