import assert from "node:assert/strict";
import { FakeClock } from "../base/fake_clock.ts";
import { EventCorrelator } from "./event_correlator.ts";

const event = (object: string, note = "it is broken") => ({
  object,
  type: "Warning",
  reason: "Broken",
  action: "Broken",
  note,
});

function start() {
  const clock = new FakeClock();
  let names = 0;
  return { clock, correlator: new EventCorrelator(clock, () => `name-${names++}`) };
}

Deno.test("the first of its kind is created, the same again is counted", () => {
  const { correlator } = start();
  const first = correlator.correlate(event("a"));
  const second = correlator.correlate(event("a"));
  assert.equal(first.kind, "create");
  assert.equal(second.kind, "count");
  assert(second.kind === "count" && second.series.count === 2);
  assert(first.kind === "create" && first.series.name === second.series.name);
});

Deno.test("another object, or another note, is another event", () => {
  const { correlator } = start();
  correlator.correlate(event("a"));
  assert.equal(correlator.correlate(event("b")).kind, "create");
  assert.equal(correlator.correlate(event("a", "worse")).kind, "create");
});

Deno.test("after ten quiet minutes the same is a new event", async () => {
  const { correlator, clock } = start();
  correlator.correlate(event("a"));
  await clock.advance(10 * 60_000 + 1);
  assert.equal(correlator.correlate(event("a")).kind, "create");
});

Deno.test("a flood about one object is cut after 25, others are not concerned", async () => {
  const { correlator, clock } = start();
  const kinds = Array.from({ length: 30 }, (_, n) => correlator.correlate(event("a", `${n}`)).kind);
  assert.equal(kinds.filter((kind) => kind === "create").length, 25);
  assert.equal(correlator.correlate(event("b")).kind, "create");
  await clock.advance(5 * 60_000);
  assert.equal(correlator.correlate(event("a", "later")).kind, "create");
  assert.equal(correlator.correlate(event("a", "later still")).kind, "drop");
});
