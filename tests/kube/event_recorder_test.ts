import assert from "node:assert/strict";
import { configMaps, namespaces } from "../../apis/core/v1.ts";
import { events } from "../../apis/events/v1.ts";
import { silentLogger } from "../../base/logger.ts";
import { EventRecorder } from "../../kube/event_recorder.ts";
import { eventually, sharedControlPlane } from "../harness/mod.ts";
import { clientOf } from "./test_client.ts";

const plane = sharedControlPlane({ name: "events" });
const namespace = "default";

Deno.test("an event is written once, and counted when it is repeated", async () => {
  using client = await clientOf(plane().adminKubeconfig);
  const object = await client.create(configMaps, { metadata: { namespace, name: "subject" } });
  await using recorder = new EventRecorder({
    client,
    controller: "kubelb.k8c.io/test",
    instance: "here",
    log: silentLogger,
  });
  for (let turn = 0; turn < 3; turn++) recorder.event(object, "Warning", "Broken", "it is broken");
  recorder.event(object, "Normal", "Mended", "it works again");
  const fieldSelector = "regarding.name=subject";
  const items = await eventually(async () => {
    const list = await client.list(events, { namespace, fieldSelector });
    return list.items.length === 2 && list.items;
  });
  const broken = items.find(({ reason }) => reason === "Broken");
  assert.equal(broken?.note, "it is broken");
  assert.equal(broken?.type, "Warning");
  assert.equal(broken?.regarding?.uid, object.metadata.uid);
  assert.equal(broken?.reportingController, "kubelb.k8c.io/test");
  await eventually(async () => {
    const { items } = await client.list(events, { namespace, fieldSelector });
    return items.find(({ reason }) => reason === "Broken")?.series?.count === 3;
  });
});

Deno.test("events of cluster-scoped objects are in the namespace default", async () => {
  using client = await clientOf(plane().adminKubeconfig);
  const object = await client.create(namespaces, { metadata: { name: "clusterwide" } });
  await using recorder = new EventRecorder({
    client,
    controller: "kubelb.k8c.io/test",
    instance: "here",
    log: silentLogger,
  });
  recorder.event(object, "Normal", "Made", "ä".repeat(2000));
  const fieldSelector = "regarding.name=clusterwide";
  const event = await eventually(async () =>
    (await client.list(events, { namespace, fieldSelector })).items[0]
  );
  assert.equal(event.note, "ä".repeat(512), "1024 bytes");
});
