/**
 * Listener ports run out, and are given out again when they are given back.
 *
 * @module
 */
import assert from "node:assert/strict";
import { eventually } from "../harness/mod.ts";
import { sharedHub } from "./hub_fixture.ts";

/** A range is that of each tenant: the tests do not meet. */
const shared = sharedHub(
  { managerFlags: ["--port-range=10000-10002"] },
  (hub) => hub.tenants("acme", "other"),
);

const ports = (...numbers: number[]) => ({ ports: numbers.map((port) => ({ port })) });
const exhausted = { status: "False", reason: "PortRangeExhausted" };

Deno.test("when listener ports run out a load balancer says so, and those with ports are unharmed", async () => {
  const hub = shared();
  await hub.createLoadBalancer("acme", "two", ports(80, 81));
  await hub.addressOf("acme", "two");
  await hub.createLoadBalancer("acme", "more", ports(80, 81));
  const { message } = await hub.condition("acme", "more", "Accepted", exhausted);
  assert.match(message, /1 more listener ports are needed/);
  assert.equal(await hub.hubService("acme", "more"), undefined, "nothing is half made");
  await hub.createLoadBalancer("acme", "more", ports(80));
  await hub.addressOf("acme", "more");
  const listeners = [];
  for (const name of ["two", "more"]) {
    const service = await hub.hubService("acme", name);
    listeners.push(...service?.spec.ports?.map(({ targetPort }) => targetPort) ?? []);
  }
  assert.deepEqual(listeners.sort(), [10000, 10001, 10002]);
});

Deno.test("who found no listener port gets a freed one, at the latest from the next manager", {
  sanitizeOps: false,
  sanitizeResources: false,
}, async () => {
  const hub = shared();
  await hub.createLoadBalancer("other", "first", ports(80, 81, 82));
  await hub.addressOf("other", "first");
  await hub.createLoadBalancer("other", "second");
  await hub.condition("other", "second", "Accepted", exhausted);
  await hub.condition("other", "second", "Ready", exhausted);
  await eventually(() => hub.hasEvent("other", "PortRangeExhausted", "second"), {
    describe: "an event on the load balancer",
  });

  // A freed port rests for ten minutes, which only the manager that saw it freed remembers.
  await hub.deleteLoadBalancer("other", "first");
  await eventually(async () => await hub.hubService("other", "first") === undefined, {
    describe: "the first one's Service to go",
  });
  await hub.condition("other", "second", "Accepted", exhausted);
  const { manager } = hub.hub;
  await manager.kill("SIGTERM");
  await manager.start();
  await manager.waitReady();
  assert.ok(await hub.addressOf("other", "second", 20_000));
  const service = await hub.hubService("other", "second");
  assert.equal(service?.spec.ports?.[0]?.targetPort, 10000);
});
