import assert from "node:assert/strict";
import { type Program, sharedControlPlane } from "../harness/mod.ts";
import { audited, ccmUser, writesOf } from "./audit.ts";
import { prepareHub, prepareTenantCluster, TenantFixture } from "./two_clusters.ts";

const hub = sharedControlPlane({ name: "hub", ...audited }, prepareHub);
const tenant = sharedControlPlane({ name: "acme", ...audited }, prepareTenantCluster);

let fixture: TenantFixture;
let ccm: Program;

Deno.test.beforeAll(async () => {
  fixture = await TenantFixture.create(hub(), tenant(), "acme");
  ccm = await fixture.startCcm();
  await ccm.waitReady();
});
Deno.test.afterAll(() => ccm?.[Symbol.asyncDispose]());

async function addressWrites(): Promise<number> {
  return (await writesOf(hub(), ccmUser)).filter((write) => write.includes("addresses")).length;
}

Deno.test("a cluster without nodes writes no addresses", async () => {
  // Served in order: when this Service has its LoadBalancer, the nodes have been looked at.
  const service = await fixture.createService("first");
  await fixture.loadBalancerThat(service, "a LoadBalancer");
  assert.equal(await fixture.addresses(), undefined);
});

Deno.test("a Service that waits for addresses names what its nodes lack now, not before", async () => {
  const service = (await fixture.service("first"))!;
  const condition = { type: "ResourcesResolved", status: "False", reason: "AddressesNotFound" };
  const hubSays = { ...condition, message: "none", lastTransitionTime: "2026-01-01T00:00:00Z" };
  await fixture.publish(service, [], [{ ...hubSays, status: "False" }]);
  const says = (words: string) =>
    fixture.serviceThat(
      "first",
      words,
      ({ status }) => status?.conditions?.some(({ message }) => message.includes(words)) ?? false,
    );
  await says("there are no nodes");
  await fixture.node("a", "10.1.0.9", false);
  await says("none of 1 nodes is ready");
  await fixture.removeNode("a");
  await says("there are no nodes");
});

Deno.test("the hub lists the ready nodes and who they belong to", async () => {
  await fixture.node("b", "10.1.0.10");
  await fixture.node("a", "10.1.0.9");
  await fixture.node("c", "10.1.0.11", false);
  const { metadata } = await fixture.addressesAre("10.1.0.9", "10.1.0.10");
  const kubeSystem = await tenant().admin.request<{ metadata: { uid: string } }>(
    "GET",
    "/api/v1/namespaces/kube-system",
  );
  assert.equal(metadata.annotations?.["kubelb.k8c.io/cluster-uid"], kubeSystem.metadata.uid);
});

Deno.test("a node that becomes ready joins, one that is excluded, tainted or deleted leaves", async () => {
  const patch = (body: unknown) =>
    tenant().admin.request("PATCH", "/api/v1/nodes/b", body, "application/merge-patch+json");
  const label = "node.kubernetes.io/exclude-from-external-load-balancers";
  await fixture.node("c", "10.1.0.11");
  await fixture.addressesAre("10.1.0.9", "10.1.0.10", "10.1.0.11");
  await patch({ metadata: { labels: { [label]: "" } } });
  await fixture.addressesAre("10.1.0.9", "10.1.0.11");
  await patch({ metadata: { labels: { [label]: null } } });
  await fixture.addressesAre("10.1.0.9", "10.1.0.10", "10.1.0.11");
  await patch({
    spec: { taints: [{ key: "ToBeDeletedByClusterAutoscaler", effect: "NoSchedule" }] },
  });
  await fixture.addressesAre("10.1.0.9", "10.1.0.11");
  await fixture.removeNode("c");
  await fixture.addressesAre("10.1.0.9");
});

Deno.test("when no node is ready the last addresses stay, and an event says so", async () => {
  await fixture.node("a", "10.1.0.9", false);
  assert.match(await fixture.event("a", "NoNodeReady"), /the last addresses stay/);
  await fixture.addressesAre("10.1.0.9");
  await fixture.node("a", "10.1.0.90");
  await fixture.addressesAre("10.1.0.90");
});

Deno.test("what others change in the hub is healed", async () => {
  const path = "/apis/kubelb.k8c.io/v1alpha1/namespaces/tenant-acme/addresses/default";
  await hub().admin.request(
    "PATCH",
    path,
    { spec: { addresses: [{ ip: "192.0.2.66" }] } },
    "application/merge-patch+json",
  );
  await fixture.addressesAre("10.1.0.90");
  await hub().admin.request("DELETE", path);
  await fixture.addressesAre("10.1.0.90");
});

Deno.test("many nodes that come at once are few writes", async () => {
  const before = await addressWrites();
  const names = Array.from({ length: 60 }, (_, index) => index);
  await Promise.all(names.map((index) => fixture.node(`many-${index}`, `10.2.0.${100 + index}`)));
  await fixture.addressesAre("10.1.0.90", ...names.map((index) => `10.2.0.${100 + index}`));
  const writes = await addressWrites() - before;
  assert.ok(writes < 20, `${writes} writes`);
});
