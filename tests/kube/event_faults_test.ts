/**
 * Events under fault. What is one event and what is a repetition: `kube/event_correlator_test.ts`;
 * retries, the end, floods of the queue: `kube/event_recorder_test.ts`.
 */
import assert from "node:assert/strict";
import { configMaps } from "../../apis/core/v1.ts";
import { type Event, events } from "../../apis/events/v1.ts";
import type { KubeObject } from "../../apis/meta/v1.ts";
import { silentLogger } from "../../base/logger.ts";
import { Registry } from "../../base/metrics.ts";
import type { KubeClient } from "../../kube/client.ts";
import { EventRecorder } from "../../kube/event_recorder.ts";
import { eventually, type Fault, FaultTable, sharedControlPlane, writes } from "../harness/mod.ts";
import { TwoWays } from "./two_ways.ts";

const plane = sharedControlPlane({ name: "event-faults" });
const table = FaultTable.ofFile("events");
const namespace = "default";

function recorderOf(client: KubeClient, metrics = new Registry()): EventRecorder {
  const controller = "kubelb.k8c.io/test";
  return new EventRecorder({ client, controller, instance: "here", log: silentLogger, metrics });
}

async function eventsOf(client: KubeClient, { metadata }: KubeObject): Promise<Event[]> {
  const fieldSelector = `regarding.name=${metadata.name}`;
  return (await client.list(events, { namespace, fieldSelector })).items;
}

const rows: readonly (readonly [string, Fault, number])[] = [
  ["500", { kind: "status", status: 500 }, 2],
  ["429 with Retry-After", { kind: "status", status: 429, retryAfter: 1 }, 1],
  ["an answer that is lost after the event was written", { kind: "cut" }, 1],
  ["a request that nobody answers", { kind: "stall" }, 1],
];

for (const [index, [name, fault, times]] of rows.entries()) {
  Deno.test(`${name}: five reports become one event that counts five`, async () => {
    await using ways = await TwoWays.open(plane(), { timeout: 500 });
    const { proxy, client, direct } = ways;
    const metadata = { namespace, name: `subject-${index}` };
    const object = await direct.create(configMaps, { metadata });
    const metrics = new Registry();
    await using recorder = recorderOf(client, metrics);
    const start = performance.now();
    using injection = proxy.inject(writes("/events"), fault, times);
    for (let turn = 0; turn < 5; turn++) recorder.event(object, "Warning", "Broken", "broken");
    const event = await eventually(async () => {
      const [first, ...more] = await eventsOf(direct, object);
      assert.deepEqual(more, []);
      return first?.series?.count === 5 && first;
    });
    assert.equal(event.note, "broken");
    assert.equal(injection.hits, times);
    assert.doesNotMatch(await metrics.metrics(), /^kubelb_events_dropped_total\{/m);
    table.survived(name, times, performance.now() - start);
  });
}

Deno.test("a flood about one object is a trickle of writes, and what is dropped is counted", async () => {
  await using ways = await TwoWays.open(plane());
  const { proxy, client } = ways;
  const metadata = { namespace, name: "flooded" };
  const object = await client.create(configMaps, { metadata });
  const other = await client.create(configMaps, { metadata: { namespace, name: "calm" } });
  const metrics = new Registry();
  await using recorder = recorderOf(client, metrics);
  for (let turn = 0; turn < 10_000; turn++) {
    recorder.event(object, "Warning", "Broken", `broken in way ${turn}`);
  }
  recorder.event(other, "Normal", "Well", "all is well");
  const [calm] = await eventually(async () => {
    const list = await eventsOf(client, other);
    return list.length > 0 && list;
  });
  assert.equal(calm?.reason, "Well");
  assert.equal((await eventsOf(client, object)).length, 25);
  assert.match(await metrics.metrics(), /^kubelb_events_dropped_total\{cause="rate"\} 9975$/m);
  assert.equal(proxy.requests.filter(writes("/events")).length, 26);
});
