import assert from "node:assert/strict";
import { FakeClock } from "../../../base/fake_clock.ts";
import { typeUrls } from "../../../envoy/proto/mod.ts";
import type { Resource } from "../../../envoy/xds/resource.ts";
import { Acknowledgements } from "./acknowledgements.ts";

function resource(name: string, version: string): Resource {
  return { typeUrl: "t", name, version, body: new Uint8Array() };
}

const wanted = [resource("a", "1"), resource("b", "1")];

function withEnvoys(...streams: number[]) {
  const clock = new FakeClock();
  const acknowledgements = new Acknowledgements(clock);
  const stream = (kind: "opened" | "closed", stream: number) => {
    const node = { id: `node-${stream}`, cluster: "" };
    acknowledgements.onStream({ kind, fleet: "f", stream, node });
  };
  for (const id of streams) stream("opened", id);
  const answer = { fleet: "f", typeUrl: "t", removed: [] };
  const hold = (stream: number, ...held: [string, string][]) =>
    acknowledgements.onAcknowledged({ ...answer, stream, resources: new Map(held) });
  const progress = () => acknowledgements.progress("f", wanted, 0);
  return { clock, acknowledgements, hold, progress, answer, stream };
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
  const { hold, progress, stream } = withEnvoys(1, 2);
  hold(1, ["a", "1"], ["b", "1"]);
  stream("closed", 2);
  assert.equal(progress().kind, "programmed");
  stream("closed", 1);
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
  const silent = ["node-1"];
  assert.deepEqual(progress(), { kind: "waiting", acknowledged: 0, connected: 1, silent });
});

Deno.test("a refusal counts for the refused version only", () => {
  const { hold, progress, acknowledgements, answer } = withEnvoys(1);
  const refuse = (version: string, message: string) => {
    const resources = new Map([["a", version]]);
    acknowledgements.onRejected({ ...answer, stream: 1, resources, message });
  };
  refuse("1", "no such thing");
  assert.deepEqual(progress(), { kind: "rejected", message: "no such thing" });
  refuse("2", "neither");
  hold(1, ["a", "1"], ["b", "1"]);
  assert.equal(progress().kind, "programmed");
});

Deno.test("what an Envoy refused is told again when it leaves: the others may have accepted it", () => {
  const { hold, progress, acknowledgements, answer, stream } = withEnvoys(1, 2);
  hold(1, ["a", "1"], ["b", "1"]);
  const resources = new Map([["a", "1"]]);
  acknowledgements.onRejected({
    ...answer,
    stream: 2,
    resources,
    message: "the address is in use",
  });
  const told: unknown[] = [];
  acknowledgements.refused.subscribe((names) => told.push([...names, progress().kind]));
  stream("closed", 2);
  stream("closed", 1);
  assert.deepEqual(told, [["a", "programmed"]], "only by the one that had refused something");
});

Deno.test("a resource that an Envoy gave up is no longer held", () => {
  const { hold, progress, acknowledgements, answer } = withEnvoys(1);
  hold(1, ["a", "1"], ["b", "1"]);
  acknowledgements.onAcknowledged({ ...answer, stream: 1, resources: new Map(), removed: ["b"] });
  assert.equal(progress().kind, "waiting");
});

Deno.test("an object without resources waits for them", () => {
  const { acknowledgements } = withEnvoys(1);
  assert.equal(acknowledgements.progress("f", [], 0).kind, "waiting");
});

Deno.test("a version that was refused and is accepted later counts as held", () => {
  const { acknowledgements, answer, hold, progress } = withEnvoys(1);
  const resources = new Map(wanted.map(({ name, version }) => [name, version]));
  acknowledgements.onRejected({ ...answer, stream: 1, resources, message: "address in use" });
  assert.equal(progress().kind, "rejected");
  hold(1, ["a", "1"], ["b", "1"]);
  assert.equal(progress().kind, "programmed");
});

for (const kind of ["held", "refused"] as const) {
  Deno.test(`endpoints that an Envoy has ${kind} are forgotten with their cluster, of which alone it is told`, () => {
    const { acknowledgements, answer } = withEnvoys(1);
    const endpoints = { ...resource("a", "1"), typeUrl: typeUrls.endpoint };
    const about = { ...answer, stream: 1, typeUrl: typeUrls.endpoint };
    const resources = new Map([["a", "1"]]);
    if (kind === "held") acknowledgements.onAcknowledged({ ...about, resources });
    else acknowledgements.onRejected({ ...about, resources, message: "no" });
    const progress = () => acknowledgements.progress("f", [endpoints], 0).kind;
    assert.equal(progress(), kind === "held" ? "programmed" : "rejected");
    acknowledgements.onAcknowledged({
      ...answer,
      stream: 1,
      typeUrl: typeUrls.cluster,
      resources: new Map(),
      removed: ["a"],
    });
    assert.equal(progress(), "waiting");
  });
}
