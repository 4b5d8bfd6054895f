import assert from "node:assert/strict";
import { FakeClock } from "../../../base/fake_clock.ts";
import type { Resource } from "../../../envoy/xds/resource.ts";
import { Acknowledgements } from "./acknowledgements.ts";

function resource(name: string, version: string): Resource {
  return { typeUrl: "t", name, version, body: new Uint8Array() };
}

const wanted = [resource("a", "1"), resource("b", "1")];

function withEnvoys(...streams: number[]) {
  const clock = new FakeClock();
  const acknowledgements = new Acknowledgements(clock);
  for (const stream of streams) acknowledgements.connected("f", stream, `node-${stream}`);
  const hold = (stream: number, ...held: [string, string][]) =>
    acknowledgements.acknowledged("f", stream, "t", new Map(held));
  const progress = () => acknowledgements.progress("f", wanted, 0);
  return { clock, acknowledgements, hold, progress };
}

Deno.test("without an Envoy nothing is known", () => {
  assert.deepEqual(withEnvoys().progress(), { kind: "no-envoy" });
});

Deno.test("an object is programmed when every connected Envoy holds each of its resources", () => {
  const { hold, progress } = withEnvoys(1, 2);
  hold(1, ["a", "1"], ["b", "1"]);
  hold(2, ["a", "1"]);
  assert.deepEqual(progress(), { kind: "waiting", acknowledged: 1, connected: 2 });
  hold(2, ["b", "1"]);
  assert.deepEqual(progress(), { kind: "programmed", connected: 2, silent: [] });
});

Deno.test("an older version of a resource does not count", () => {
  const { hold, progress } = withEnvoys(1);
  hold(1, ["a", "1"], ["b", "0"]);
  assert.equal(progress().kind, "waiting");
});

Deno.test("an Envoy that left is not waited for", () => {
  const { hold, progress, acknowledgements } = withEnvoys(1, 2);
  hold(1, ["a", "1"], ["b", "1"]);
  acknowledgements.disconnected("f", 2);
  assert.equal(progress().kind, "programmed");
  acknowledgements.disconnected("f", 1);
  assert.equal(progress().kind, "no-envoy");
});

Deno.test("an Envoy that is silent for ten seconds is named and no longer waited for", async () => {
  const { clock, hold, progress } = withEnvoys(1, 2);
  hold(1, ["a", "1"], ["b", "1"]);
  await clock.advance(9_999);
  assert.equal(progress().kind, "waiting");
  await clock.advance(1);
  assert.deepEqual(progress(), { kind: "programmed", connected: 2, silent: ["node-2"] });
});

Deno.test("silence alone programs nothing", async () => {
  const { clock, progress } = withEnvoys(1);
  await clock.advance(60_000);
  assert.deepEqual(progress(), { kind: "waiting", acknowledged: 0, connected: 1 });
});

Deno.test("a refusal counts for the refused version only", () => {
  const { hold, progress, acknowledgements } = withEnvoys(1);
  acknowledgements.rejected("f", 1, "t", new Map([["a", "1"]]), "no such thing");
  assert.deepEqual(progress(), { kind: "rejected", message: "no such thing" });
  acknowledgements.rejected("f", 1, "t", new Map([["a", "2"]]), "neither");
  hold(1, ["a", "1"], ["b", "1"]);
  assert.equal(progress().kind, "programmed");
});

Deno.test("a resource that an Envoy gave up is no longer held", () => {
  const { hold, progress, acknowledgements } = withEnvoys(1);
  hold(1, ["a", "1"], ["b", "1"]);
  acknowledgements.acknowledged("f", 1, "t", new Map(), ["b"]);
  assert.equal(progress().kind, "waiting");
});
