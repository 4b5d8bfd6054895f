/**
 * Managers that run as the manifest says: as pods, found by a Service, each known by its own address.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { LoadBalancer } from "../../apis/kubelb/v1alpha1/mod.ts";
import { eventually } from "../harness/mod.ts";
import { HubWorld, tenantNamespace } from "./hub_world.ts";
import { readyManagers } from "./manager_pods.ts";
import { askFrom } from "./outside_client.ts";
import { crash, type Pod } from "./pod.ts";
import { withoutLoss } from "./under_load.ts";

const shared = { sanitizeOps: false, sanitizeResources: false };
const port = 8080;
let world: HubWorld;
let web: string;

Deno.test.beforeAll(async () => {
  world = await HubWorld.start("pods");
  web = await world.publishWeb(port);
});
Deno.test.afterAll(() => world?.[Symbol.asyncDispose]());

Deno.test("each manager hears of the other's Envoy at the address of its pod", shared, async () => {
  const nodes = (await readyManagers(world.hub)).map(({ spec }) => spec.nodeName);
  assert.equal(new Set(nodes).size, 2, "one on each node, as the Envoys");
  // Made when both Envoys are there: whoever comes later is not waited for.
  await world.publish("web-both", [{ protocol: "TCP", port }]);
  const { metadata } = await world.hubService("web-both");
  const name = metadata.labels?.["kubelb.k8c.io/lb-name"];
  const path = `/apis/kubelb.k8c.io/v1alpha1/namespaces/${tenantNamespace}/loadbalancers/${name}`;
  await eventually(async () => {
    const { status } = await world.hub.plane.admin.request<LoadBalancer>("GET", path);
    const programmed = status?.conditions?.find(({ type }) => type === "Programmed");
    assert.equal(programmed?.message, "2/2 Envoys have acknowledged");
    return true;
  }, { describe: "both Envoys to be counted" });
});

Deno.test("a leader that crashes goes on in its pod, and costs no request", shared, async () => {
  await withoutLoss(world.client, "crash", { address: web, port }, async () => {
    const before = await leaseHolder();
    await crash(await leader());
    await serveSomethingNew("web-crash");
    assert.equal(await leaseHolder(), before);
  });
});

Deno.test(
  "when the leader's pod is gone the other manager leads, and no request is lost",
  shared,
  async () => {
    await withoutLoss(world.client, "gone", { address: web, port }, async () => {
      const before = await leaseHolder();
      const { name } = (await leader()).metadata;
      const path = `/api/v1/namespaces/kubelb/pods/${name}?gracePeriodSeconds=0`;
      await world.hub.plane.admin.request("DELETE", path);
      await eventually(async () => await leaseHolder() !== before, {
        deadline: 40_000,
        describe: "another leader",
      });
      await serveSomethingNew("web-gone");
    });
  },
);

/** Needs a leader that works, and managers that both Envoys reach. */
async function serveSomethingNew(name: string): Promise<void> {
  await readyManagers(world.hub);
  const address = await world.publish(name, [{ protocol: "TCP", port }]);
  await askFrom(world.client, { protocol: "TCP", address, port });
}

/** The process that leads: the name of its pod and more. */
async function leaseHolder(): Promise<string> {
  const path = "/apis/coordination.k8s.io/v1/namespaces/kubelb/leases/19f32e7b.kubelb.k8c.io";
  type Lease = { spec: { holderIdentity: string } };
  return (await world.hub.plane.admin.request<Lease>("GET", path)).spec.holderIdentity;
}

/** The pod that it is in. */
async function leader(): Promise<Pod> {
  const holder = await leaseHolder();
  const pods = await readyManagers(world.hub);
  const found = pods.find(({ metadata }) => holder.startsWith(metadata.name));
  if (found === undefined) throw new Error(`${holder} is none of the managers`);
  return found;
}
