/**
 * Listener ports that are given back are given out again.
 *
 * @module
 */
import assert from "node:assert/strict";
import { eventually } from "../harness/mod.ts";
import { HubFixture } from "./hub_fixture.ts";

Deno.test("who found no listener port gets a freed one, at the latest from the next manager", async () => {
  await using hub = await HubFixture.start({ managerFlags: ["--port-range=10000-10000"] });
  await hub.tenants("acme");
  await hub.createLoadBalancer("acme", "first");
  await hub.addressOf("acme", "first");
  await hub.createLoadBalancer("acme", "second");
  const exhausted = { status: "False", reason: "PortRangeExhausted" };
  await hub.condition("acme", "second", "Accepted", exhausted);
  await hub.condition("acme", "second", "Ready", exhausted);
  await eventually(() => hub.hasEvent("acme", "PortRangeExhausted", "second"), {
    describe: "an event on the load balancer",
  });

  // A freed port rests for ten minutes, which only the manager that saw it freed remembers.
  await hub.deleteLoadBalancer("acme", "first");
  await eventually(async () => await hub.hubService("acme", "first") === undefined, {
    describe: "the first one's Service to go",
  });
  await hub.condition("acme", "second", "Accepted", exhausted);
  const { manager } = hub.hub;
  await manager.kill("SIGTERM");
  await manager.start();
  await manager.waitReady();
  assert.ok(await hub.addressOf("acme", "second", 20_000));
  const service = await hub.hubService("acme", "second");
  assert.equal(service?.spec.ports?.[0]?.targetPort, 10000);
});
