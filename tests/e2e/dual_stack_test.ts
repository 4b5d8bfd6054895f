/**
 * A tenant cluster with both families behind a hub that has IPv4 only: from the addresses of nodes
 * to the listeners of Envoy.
 *
 * @module
 */
import assert from "node:assert/strict";
import { askTimes } from "../../tools/demo/answers.ts";
import { loopbackNetwork } from "../../tools/installation/loopback_network.ts";
import { World } from "../../tools/installation/world.ts";
import { eventually, freePort } from "../harness/mod.ts";

Deno.test("clients of both families reach nodes of both families", async () => {
  const { addressPool } = loopbackNetwork();
  // ::1 is the one IPv6 address that needs no root: for clients, and at another port for a node.
  await using world = await World.start({
    addressPool: `${addressPool},::1`,
    allowedEndpoints: "127.0.0.0/8,::1",
    tenantApiServerFlags: ["--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112"],
  });
  await world.tenant.addNode("node-6", "::1");
  const port = freePort();
  const service = await world.tenant.createService("web", [{ protocol: "TCP", port }], {
    ipFamilyPolicy: "RequireDualStack",
  });
  const nodes = [world.network.nodeAddress(1), world.network.nodeAddress(2), "::1"];
  const names = ["node-1", "node-2", "node-6"];
  for (const [at, name] of names.entries()) {
    await world.backends.start(name, nodes[at]!, service.spec.ports);
  }
  const ingress = await eventually(async () =>
    (await world.tenant.service("web")).status?.loadBalancer?.ingress
  );
  const [four, six] = ingress.map(({ ip }) => ip!);
  assert.match(four!, /^127\./);
  assert.equal(six, "::1");
  for (const address of [four!, six!]) {
    await eventually(async () => {
      const answers = await askTimes("TCP", address, port, 12);
      assert.deepEqual([...answers.keys()].toSorted(), names);
      return true;
    }, { describe: `answers of all nodes at ${address}`, deadline: 30_000 });
  }
});
