import assert from "node:assert/strict";
import { FakeClock } from "../../base/fake_clock.ts";
import { typeUrls } from "../proto/mod.ts";
import { SecondChances } from "./second_chances.ts";

const { cluster, listener } = typeUrls;

function start() {
  const clock = new FakeClock();
  const sent: string[] = [];
  const stream = { resend: (_typeUrl: string, name: string) => void sent.push(name) };
  const chances = new SecondChances(clock, stream, () => {});
  const response = (names: string[]) => ({
    nonce: "1",
    resources: new Map(names.map((name) => [name, "v"])),
    removed: [],
  });
  return {
    clock,
    sent,
    chances,
    refused: (typeUrl: string, names: string[]) =>
      chances.answered(typeUrl, { kind: "refused", response: response(names), message: "no" }),
    accepted: (typeUrl: string, names: string[]) =>
      chances.answered(typeUrl, { kind: "accepted", response: response(names) }),
  };
}

Deno.test("the resources of a refused response are sent once more, one by one", async () => {
  const { clock, sent, refused } = start();
  refused(cluster, ["a", "b", "c"]);
  await clock.advance(60);
  assert.deepEqual(sent, ["a"]);
  await clock.advance(1_000);
  assert.deepEqual(sent, ["a", "b", "c"]);
});

Deno.test("a cluster that is refused alone waits until it changes", async () => {
  const { clock, sent, refused } = start();
  refused(cluster, ["guilty"]);
  await clock.advance(3_600_000);
  assert.deepEqual(sent, []);
});

Deno.test("a listener that is refused alone is tried again, ever less often", async () => {
  const { clock, sent, refused } = start();
  for (const milliseconds of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
    const before = sent.length;
    refused(listener, ["busy"]);
    await clock.advance(milliseconds - 1);
    assert.equal(sent.length, before);
    await clock.advance(1);
    assert.equal(sent.length, before + 1);
  }
});

Deno.test("what is accepted meanwhile is not sent again, and begins anew when it is refused", async () => {
  const { clock, sent, refused, accepted } = start();
  refused(listener, ["busy"]);
  await clock.advance(1_000);
  refused(listener, ["busy"]);
  accepted(listener, ["busy"]);
  await clock.advance(60_000);
  assert.equal(sent.length, 1);
  refused(listener, ["busy"]);
  await clock.advance(1_000);
  assert.equal(sent.length, 2);
});

Deno.test("nothing is sent after the end of the stream", async () => {
  const { clock, sent, chances, refused } = start();
  refused(cluster, ["a", "b"]);
  chances[Symbol.dispose]();
  await clock.advance(60_000);
  assert.deepEqual(sent, []);
});
