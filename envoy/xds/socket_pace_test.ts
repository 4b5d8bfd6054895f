import assert from "node:assert/strict";
import fc from "fast-check";
import { FakeClock } from "../../base/fake_clock.ts";
import { type Listening, SocketPace } from "./socket_pace.ts";

const tcp: Listening = { addresses: 1, protocol: "TCP" };
const udp: Listening = { addresses: 1, protocol: "UDP" };
const time = 60_000;

function paceOf(addresses: number | undefined) {
  const clock = new FakeClock();
  const allowance = addresses === undefined ? undefined : { addresses, time };
  const told: string[] = [];
  const pace = new SocketPace(clock, () => allowance, () => void told.push("closed"));
  pace.reopened.subscribe(() => void told.push("reopened"));
  return { clock, pace, told };
}

Deno.test("what opens sockets waits while as many drain as are allowed", async () => {
  const { clock, pace, told } = paceOf(2);
  pace.changed(tcp);
  assert(pace.open);
  await clock.advance(30_000);
  pace.changed(udp);
  assert(!pace.open);
  await clock.advance(30_000);
  assert(!pace.open, "the first may not have ended yet");
  await clock.advance(3_000);
  assert(pace.open);
  assert.deepEqual(told, ["closed", "reopened"]);
  assert.equal(clock.pending, 0);
});

Deno.test("a listener of UDP that goes drains, one of TCP does not", () => {
  const { pace } = paceOf(1);
  pace.removed(tcp);
  assert(pace.open);
  pace.removed(udp);
  assert(!pace.open);
  pace[Symbol.dispose]();
});

Deno.test("each address counts", () => {
  const { pace } = paceOf(2);
  pace.changed({ addresses: 2, protocol: "TCP" });
  assert(!pace.open);
  pace[Symbol.dispose]();
});

Deno.test("however little is allowed, one change after the other is made", async () => {
  const { clock, pace } = paceOf(0);
  assert(pace.open);
  pace.changed(tcp);
  assert(!pace.open);
  await clock.advance(63_000);
  assert(pace.open);
});

Deno.test("with the client its sockets have ended", () => {
  const { clock, pace, told } = paceOf(1);
  pace.changed(tcp);
  pace[Symbol.dispose]();
  assert(pace.open);
  assert.deepEqual(told, ["closed", "reopened"]);
  assert.equal(clock.pending, 0);
});

Deno.test("without an allowance nothing waits, and nothing is kept", () => {
  const { clock, pace, told } = paceOf(undefined);
  for (let change = 0; change < 1_000; change++) pace.changed(tcp);
  assert(pace.open);
  assert.deepEqual(told, []);
  assert.equal(clock.pending, 0);
});

Deno.test("who waits as told never has more draining than allowed, and gets on", async () => {
  const wait = fc.integer({ min: 0, max: 20_000 });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 9 }), fc.array(wait), async (allowed, waits) => {
      const { clock, pace } = paceOf(allowed);
      const begun: number[] = [];
      for (const milliseconds of waits) {
        if (pace.open) {
          begun.push(clock.monotonic());
          pace.changed(tcp);
        }
        const draining = begun.filter((at) => at + time > clock.monotonic()).length;
        assert(draining <= allowed);
        const counted = begun.filter((at) => at + time + 2_500 > clock.monotonic()).length;
        assert(pace.open || counted >= allowed, "nobody waits for nothing");
        await clock.advance(milliseconds);
      }
      await clock.advance(time + 5_000);
      assert(pace.open);
      assert.equal(clock.pending, 0);
    }),
  );
});
