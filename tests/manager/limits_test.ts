/**
 * A hub that is too small: addresses and listener ports run out, and come back, or are given more.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Config, ConfigSpec } from "../../apis/kubelb/v1alpha1/mod.ts";
import { eventually } from "../harness/mod.ts";
import { configPath, HubFixture } from "./hub_fixture.ts";

Deno.test("when the pool is empty a load balancer says so, and gets the next free address", async () => {
  await using hub = await HubFixture.start({ addressPool: "127.61.7.1-127.61.7.2" });
  await hub.tenants("acme");
  for (const name of ["one", "two"]) {
    await hub.createLoadBalancer("acme", name);
    await hub.addressOf("acme", name);
  }
  await hub.createLoadBalancer("acme", "three");
  const exhausted = { status: "False", reason: "AddressPoolExhausted" };
  const { message } = await hub.condition("acme", "three", "AddressAssigned", exhausted);
  assert.match(message, /all IPv4 addresses of the pool are in use/);
  await hub.condition("acme", "three", "Ready", exhausted);
  await eventually(() => hub.hasEvent("acme", "AddressPoolExhausted", "three"), {
    describe: "an event on the load balancer",
  });
  await hub.deleteLoadBalancer("acme", "one");
  assert.equal(await hub.addressOf("acme", "three"), "127.61.7.1");
});

Deno.test("the Config's port range counts while the manager runs; a wrong one is told and changes nothing", async () => {
  await using hub = await HubFixture.start({ managerFlags: ["--port-range=10000-10000"] });
  await hub.tenants("acme");
  const create = (name: string) => hub.createLoadBalancer("acme", name);
  const listener = async (name: string) => {
    await hub.addressOf("acme", name);
    return (await hub.hubService("acme", name))?.spec.ports?.[0]?.targetPort;
  };
  const configured = async (spec: ConfigSpec, wanted: { status: string; message: RegExp }) => {
    const object = await hub.setConfig(spec);
    await eventually(async () => {
      const { status } = await hub.admin.request<Config>("GET", configPath);
      const ready = status?.conditions?.find(({ type }) => type === "Ready");
      return ready?.observedGeneration === object.metadata.generation &&
        ready?.status === wanted.status && wanted.message.test(ready.message);
    }, { describe: `the Config to be ${wanted.status}: ${wanted.message}` });
  };
  await create("first");
  assert.equal(await listener("first"), 10000);
  await create("second");
  const exhausted = { status: "False", reason: "PortRangeExhausted" };
  await hub.condition("acme", "second", "Accepted", exhausted);

  await configured({ envoyProxy: { portRange: "20000-20001" } }, {
    status: "True",
    message: /^in force$/,
  });
  assert.equal(await listener("second"), 20000, "it need not be touched to get a port");
  assert.equal(await listener("first"), 10000, "a port in use stays");

  await configured({ envoyProxy: { portRange: "20001-20000" } }, {
    status: "False",
    message: /spec\.envoyProxy\.portRange: .*"20001-20000".*20000-20001 stays in force/,
  });
  await create("third");
  assert.equal(await listener("third"), 20001);
  await create("fourth");
  await hub.condition("acme", "fourth", "Accepted", exhausted);
});
