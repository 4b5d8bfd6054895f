/**
 * Load balancers in namespaces that belong to no Tenant: told, harmless, and served once there is one.
 *
 * @module
 */
import assert from "node:assert/strict";
import { namespaces } from "../../apis/core/v1.ts";
import { applyObject } from "../../tools/cluster/manifest.ts";
import { askTcp, eventually, TcpBackend } from "../harness/mod.ts";
import { type HubFixture, sharedHub } from "./hub_fixture.ts";

const shared = sharedHub({}, (hub) => hub.tenants("acme"));
const notFound = { status: "False", reason: "TenantNotFound" };
const tenantPath = (name: string) => `/apis/kubelb.k8c.io/v1alpha1/tenants/${name}`;

// The manager's process changes hands while a test runs.
const sanitizersOff = { sanitizeOps: false, sanitizeResources: false };

async function createNamespace(hub: HubFixture, name: string): Promise<void> {
  const { kind } = namespaces;
  await applyObject(hub.admin, { apiVersion: "v1", kind, metadata: { name } });
}

Deno.test("without a Tenant a load balancer says so, and is served as soon as the Tenant is there", async () => {
  const hub = shared();
  await createNamespace(hub, "tenant-late");
  await hub.setNodes("late", [1]);
  await hub.createLoadBalancer("late", "web");
  await hub.createLoadBalancer("acme", "neighbour");
  const { message } = await hub.condition("late", "web", "Accepted", notFound);
  assert.match(message, /there is no Tenant late/);
  await hub.condition("late", "web", "Ready", notFound);
  await eventually(() => hub.hasEvent("late", "TenantNotFound", "web"), {
    describe: "an event on the load balancer",
  });
  assert.equal(await hub.hubService("late", "web"), undefined);
  const { finalizers = [] } = (await hub.loadBalancer("late", "web"))!.metadata;
  assert.deepEqual(finalizers, [], "nothing keeps anyone from deleting it");
  await hub.addressOf("acme", "neighbour");
  assert.match(
    await hub.hub.manager.metrics(),
    /kubelb_manager_loadbalancers\{namespace="tenant-late",tenant="",topology="shared"\} 1/,
  );

  await hub.hub.registerTenant("late");
  await hub.addressOf("late", "web");
  await hub.condition("late", "web", "Accepted", { status: "True" });
});

Deno.test("in a namespace that can be no tenant's it is told where it belongs, and can be deleted", async () => {
  const hub = shared();
  await createNamespace(hub, "stray");
  const path = "/apis/kubelb.k8c.io/v1alpha1/namespaces/stray/loadbalancers/web";
  const { spec, apiVersion, kind } = (await hub.loadBalancer("late", "web"))!;
  await hub.admin.apply(path, { apiVersion, kind, metadata: { name: "web" }, spec });
  type Told = { status?: { conditions?: { reason: string; message: string }[] } };
  const told = await eventually(async () => {
    const { status } = await hub.admin.request<Told>("GET", path);
    return status?.conditions?.find(({ reason }) => reason === "TenantNotFound");
  }, { describe: "the condition" });
  assert.match(told.message, /namespace stray is no tenant's/);
  await hub.admin.request("DELETE", path);
  await assert.rejects(hub.admin.request("GET", path), /not found/);
});

/** Removes the Tenant and leaves its namespace, as somebody who knows how to force things. */
async function removeTenantOnly(hub: HubFixture, name: string): Promise<void> {
  await hub.hub.manager.kill("SIGTERM");
  const merge = "application/merge-patch+json";
  const withoutOwner = { metadata: { ownerReferences: null } };
  await hub.admin.request("PATCH", `/api/v1/namespaces/tenant-${name}`, withoutOwner, merge);
  const withoutFinalizers = { metadata: { finalizers: null } };
  await hub.admin.request("PATCH", tenantPath(name), withoutFinalizers, merge);
  await hub.admin.request("DELETE", tenantPath(name));
  await hub.hub.manager.start();
  await hub.hub.manager.waitReady();
}

Deno.test(
  "a Tenant that goes and comes back costs no address and port; one that stays away takes all",
  sanitizersOff,
  async () => {
    const hub = shared();
    await hub.tenants("lost");
    await using _backend = new TcpBackend({
      address: hub.network.nodeAddress(1),
      port: 31080,
      identity: "kept",
    });
    await hub.createLoadBalancer("lost", "web");
    const address = await hub.addressOf("lost", "web");
    const before = (await hub.hubService("lost", "web"))!;
    const closed = () => askTcp(address, 8080).then(() => false, () => true);

    await removeTenantOnly(hub, "lost");
    await hub.condition("lost", "web", "Accepted", notFound);
    await eventually(closed, { describe: "nothing to be served", deadline: 20_000 });
    await hub.hub.registerTenant("lost");
    await hub.condition("lost", "web", "Accepted", { status: "True" });
    const after = (await hub.hubService("lost", "web"))!;
    assert.equal(after.metadata.uid, before.metadata.uid);
    assert.deepEqual(after.spec.ports, before.spec.ports);
    assert.equal(await hub.addressOf("lost", "web"), address);
    await eventually(() => askTcp(address, 8080), { deadline: 20_000 });

    await removeTenantOnly(hub, "lost");
    await hub.condition("lost", "web", "Accepted", notFound);
    assert.ok(await hub.hubService("lost", "web"), "it is waited for a moment");
    await tellLongAgo(hub, "lost", "web");
    await eventually(async () => await hub.hubService("lost", "web") === undefined, {
      describe: "the Service to go",
    });
    await eventually(
      async () =>
        (await hub.loadBalancer("lost", "web"))?.status?.loadBalancer?.ingress?.length === 0,
      {
        describe: "the status to name no address",
      },
    );
    await hub.deleteLoadBalancer("lost", "web");
    await eventually(async () => await hub.loadBalancer("lost", "web") === undefined);
  },
);

/** As if the Tenant had been missing for an hour: no test waits for a minute. */
async function tellLongAgo(hub: HubFixture, tenant: string, name: string): Promise<void> {
  const conditions = (await hub.loadBalancer(tenant, name))!.status!.conditions!.map((condition) =>
    condition.type === "Accepted"
      ? { ...condition, lastTransitionTime: "2020-01-01T00:00:00Z" }
      : condition
  );
  const path = `/apis/kubelb.k8c.io/v1alpha1/namespaces/tenant-${tenant}/loadbalancers/${name}`;
  await hub.admin.request(
    "PATCH",
    `${path}/status`,
    { status: { conditions } },
    "application/merge-patch+json",
  );
}
