/**
 * Two hub Services with one listener port, as a restored backup or a hand that slipped leaves them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { findCondition } from "../../apis/kubelb/conditions.ts";
import { eventually } from "../harness/mod.ts";
import { HubFixture } from "./hub_fixture.ts";

async function listenerOf(hub: HubFixture, name: string): Promise<unknown> {
  return (await hub.hubService("acme", name))?.spec.ports?.[0]?.targetPort;
}

/** Puts a hub Service on a listener port, past the manager. */
async function force(hub: HubFixture, name: string, targetPort: unknown): Promise<void> {
  const path = `/api/v1/namespaces/tenant-acme/services/envoy-${name}`;
  const patch = [{ op: "replace", path: "/spec/ports/0/targetPort", value: targetPort }];
  await hub.admin.request("PATCH", path, patch, "application/json-patch+json");
}

/** Two load balancers that were not made within one second, which is all that their ages tell. */
async function olderAndYounger(hub: HubFixture): Promise<void> {
  await hub.tenants("acme");
  await hub.createLoadBalancer("acme", "older");
  await hub.addressOf("acme", "older");
  const { creationTimestamp = "" } = (await hub.hubService("acme", "older"))!.metadata;
  await eventually(() => Date.now() >= Date.parse(creationTimestamp) + 1_000);
  await hub.createLoadBalancer("acme", "younger");
  await hub.addressOf("acme", "younger");
}

const healed = /^kubelb_manager_port_allocator_collisions_healed_total (\d+)$/m;

Deno.test("the younger of two on one listener port gets another, and its condition tells why", async () => {
  await using hub = await HubFixture.start();
  await olderAndYounger(hub);
  const port = await listenerOf(hub, "older");
  assert.equal(healed.exec(await hub.hub.manager.metrics())?.[1], "0");

  await force(hub, "younger", port);
  const reassigned = { status: "False", reason: "PortReassigned" };
  const { message } = await hub.condition("acme", "younger", "PortConflict", reassigned);
  assert.match(message, new RegExp(`${port} belongs to the older Service tenant-acme/envoy-older`));
  assert.equal(await listenerOf(hub, "older"), port);
  assert.notEqual(await listenerOf(hub, "younger"), port);
  await hub.condition("acme", "younger", "Ready", { status: "True" });
  await eventually(() => hub.hasEvent("acme", "PortConflict", "younger"), {
    describe: "an event on the load balancer",
  });
  assert.equal(healed.exec(await hub.hub.manager.metrics())?.[1], "1");
  const older = await hub.loadBalancer("acme", "older");
  assert.equal(findCondition(older?.status?.conditions, "PortConflict"), undefined);

  // The object changes: what happened to the one before is no news any more.
  await hub.createLoadBalancer("acme", "younger", { ports: [{ name: "web", port: 8081 }] });
  await eventually(async () => {
    const { status, metadata } = (await hub.loadBalancer("acme", "younger"))!;
    return status?.observedGeneration === metadata.generation &&
      findCondition(status?.conditions, "PortConflict") === undefined;
  }, { describe: "the condition to go" });
});

Deno.test("where no other port is free the conflict stays told, and is mended when there is one", async () => {
  await using hub = await HubFixture.start({ managerFlags: ["--port-range=10000-10001"] });
  await olderAndYounger(hub);
  // The younger one's own port rests, so there is none to give.
  await force(hub, "younger", await listenerOf(hub, "older"));
  const there = { status: "True", reason: "PortConflict" };
  await hub.condition("acme", "younger", "PortConflict", there);
  await hub.condition("acme", "younger", "Accepted", {
    status: "False",
    reason: "PortRangeExhausted",
  });
  await eventually(() => hub.hasEvent("acme", "PortConflict", "younger"), {
    describe: "an event on the load balancer",
  });
  assert.equal(healed.exec(await hub.hub.manager.metrics())?.[1], "0");
  await hub.setConfig({ envoyProxy: { portRange: "10000-10002" } });
  const reassigned = { status: "False", reason: "PortReassigned" };
  await hub.condition("acme", "younger", "PortConflict", reassigned);
  assert.equal(await listenerOf(hub, "younger"), 10002);
  await hub.condition("acme", "younger", "Accepted", { status: "True" });
});
