import assert from "node:assert/strict";
import { FakeClock } from "../../base/fake_clock.ts";
import { typeUrls } from "../proto/mod.ts";
import { SecondChances } from "./second_chances.ts";

const { cluster, listener } = typeUrls;

function start() {
  const clock = new FakeClock();
  const sent: string[] = [];
  const chances = new SecondChances(clock, (_typeUrl, name) => sent.push(name));
  return { clock, sent, chances };
}

Deno.test("the resources of a refused response are sent once more, one by one", async () => {
  const { clock, sent, chances } = start();
  chances.refused(cluster, ["a", "b", "c"]);
  await clock.advance(60);
  assert.deepEqual(sent, ["a"]);
  await clock.advance(1_000);
  assert.deepEqual(sent, ["a", "b", "c"]);
});

Deno.test("a cluster that is refused alone waits until it changes", async () => {
  const { clock, sent, chances } = start();
  chances.refused(cluster, ["guilty"]);
  await clock.advance(3_600_000);
  assert.deepEqual(sent, []);
});

Deno.test("a listener that is refused alone is tried again, ever less often", async () => {
  const { clock, sent, chances } = start();
  for (const milliseconds of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
    const before = sent.length;
    chances.refused(listener, ["busy"]);
    await clock.advance(milliseconds - 1);
    assert.equal(sent.length, before);
    await clock.advance(1);
    assert.equal(sent.length, before + 1);
  }
});

Deno.test("what is accepted meanwhile is not sent again, and begins anew when it is refused", async () => {
  const { clock, sent, chances } = start();
  chances.refused(listener, ["busy"]);
  await clock.advance(1_000);
  chances.refused(listener, ["busy"]);
  chances.accepted(listener, ["busy"]);
  await clock.advance(60_000);
  assert.equal(sent.length, 1);
  chances.refused(listener, ["busy"]);
  await clock.advance(1_000);
  assert.equal(sent.length, 2);
});

Deno.test("nothing is sent after the end of the stream", async () => {
  const { clock, sent, chances } = start();
  chances.refused(cluster, ["a", "b"]);
  chances[Symbol.dispose]();
  await clock.advance(60_000);
  assert.deepEqual(sent, []);
});
