/**
 * What outlives a manager, and what it does when there is nothing to do.
 *
 * @module
 */
import assert from "node:assert/strict";
import { delay, systemClock } from "../../base/clock.ts";
import { askTcp, eventually, TcpBackend } from "../harness/mod.ts";
import { type HubFixture, sharedHub } from "./hub_fixture.ts";

const names = ["a", "b", "c"];
const shared = sharedHub({}, async (hub) => {
  await hub.tenants("acme");
  for (const name of names) await hub.createLoadBalancer("acme", name);
  for (const name of names) await hub.condition("acme", name, "Programmed", { status: "True" });
});

// The shared manager's process changes hands while a test runs.
const sanitizersOff = { sanitizeOps: false, sanitizeResources: false };

/** Versions of everything a manager writes: a write of any of it would show. */
async function versions(hub: HubFixture): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const kubelb = "/apis/kubelb.k8c.io/v1alpha1";
  const paths = [
    "/api/v1/services",
    "/api/v1/namespaces",
    "/api/v1/secrets",
    "/apis/rbac.authorization.k8s.io/v1/roles",
    ...["tenants", "tenantstates", "loadbalancers", "configs"].map((kind) => `${kubelb}/${kind}`),
  ];
  for (const path of paths) {
    type List = { items: { metadata: { uid: string; resourceVersion: string } }[] };
    const { items } = await hub.admin.request<List>("GET", path);
    for (const { metadata } of items) {
      found.set(`${path} ${metadata.uid}`, metadata.resourceVersion);
    }
  }
  return found;
}

/** Write requests that the manager has sent since it started, besides its Lease (PUT). */
async function writes(hub: HubFixture): Promise<number> {
  const lines = (await hub.hub.manager.metrics()).split("\n");
  return lines.filter((line) =>
    /^rest_client_requests_total\{.*method="(POST|PATCH|DELETE)"/.test(line)
  )
    .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

/** How often what the Envoys are told has changed, since the manager started. */
async function updates(hub: HubFixture): Promise<number> {
  const text = await hub.hub.manager.metrics();
  const name = "kubelb_manager_envoycp_snapshot_updates_total";
  return Number(
    new RegExp(`^${name}\\{snapshot_name="tenant-acme"\\} (\\d+)$`, "m").exec(text)?.[1],
  );
}

async function restartManager({ hub }: HubFixture): Promise<void> {
  await hub.manager.kill("SIGKILL");
  await hub.manager.start();
  await hub.manager.waitReady();
}

async function assignments(hub: HubFixture): Promise<unknown[]> {
  return await Promise.all(names.map(async (name) => {
    const service = await hub.hubService("acme", name);
    return [name, service?.spec.ports, service?.status?.loadBalancer?.ingress];
  }));
}

Deno.test("an idle manager writes nothing, and has nothing new for its Envoys", async () => {
  const hub = shared();
  const before = await writes(hub);
  const told = await updates(hub);
  assert.ok(told >= names.length, `${told} updates`);
  const objects = await versions(hub);
  await delay(systemClock, 5_000); // the silence itself is what is looked at
  assert.equal(await writes(hub), before);
  assert.deepEqual(await versions(hub), objects);
  assert.equal(await updates(hub), told);
});

for (const signal of ["SIGTERM", "SIGKILL"] as const) {
  Deno.test(
    `after ${signal} traffic goes on, and the next manager moves and writes nothing`,
    sanitizersOff,
    async () => {
      const hub = shared();
      await using backend = new TcpBackend({
        address: hub.network.nodeAddress(1),
        port: 31080,
        identity: "steady",
      });
      const address = await hub.addressOf("acme", "a");
      // Two health checks must pass before an endpoint that was dead gets traffic.
      await eventually(() => askTcp(address, 8080), { deadline: 20_000 });
      const before = await assignments(hub);
      const objects = await versions(hub);
      await hub.hub.manager.kill(signal);
      assert.equal(await askTcp(address, 8080), backend.identity);
      await hub.hub.manager.start();
      await hub.hub.manager.waitReady();
      const after = `after-${signal.toLowerCase()}`;
      await hub.createLoadBalancer("acme", after);
      await hub.addressOf("acme", after, 5_000);
      assert.equal(await askTcp(address, 8080), backend.identity);
      assert.deepEqual(await assignments(hub), before);
      const now = await versions(hub);
      for (const [object, version] of objects) assert.equal(now.get(object), version, object);
      // Its last write is done: what comes next may not be taken for a write of the next manager.
      await hub.condition("acme", after, "Programmed", { status: "True" });
    },
  );
}

Deno.test(
  "what refers to Addresses that are gone is served on over kill -9, until they are back or it goes",
  sanitizersOff,
  async () => {
    const hub = shared();
    // A tenant of its own: its Envoy must run on for what cannot be translated alone.
    await hub.tenants("orphaned");
    await hub.createLoadBalancer("orphaned", "web");
    const address = await hub.addressOf("orphaned", "web");
    const backend = (node: number) =>
      new TcpBackend({
        address: hub.network.nodeAddress(node),
        port: 31080,
        identity: `node-${node}`,
      });
    const answers = (identity: string) => async () => await askTcp(address, 8080) === identity;
    await using _first = backend(1);
    await eventually(answers("node-1"), { deadline: 20_000 });

    await hub.admin.request(
      "DELETE",
      "/apis/kubelb.k8c.io/v1alpha1/namespaces/tenant-orphaned/addresses/default",
    );
    const unresolved = { status: "False", reason: "AddressesNotFound" };
    await hub.condition("orphaned", "web", "ResourcesResolved", unresolved);
    await restartManager(hub);
    // Answered after the restart, so the streams are synchronized: nothing was taken away with it.
    const addresses = [{ ip: hub.network.nodeAddress(2) }];
    const ports = [{ name: "web", protocol: "TCP" as const, port: 31080 }];
    await hub.createLoadBalancer("orphaned", "other", { endpoints: [{ addresses, ports }] });
    await hub.condition("orphaned", "other", "Programmed", { status: "True" });
    // Removals come last: for longer than a resumed stream holds them back nothing is lost.
    for (let turn = 0; turn < 30; turn++) {
      assert.equal(await askTcp(address, 8080), "node-1");
      await delay(systemClock, 100);
    }

    await using _third = backend(3);
    await hub.setNodes("orphaned", [3]);
    await eventually(answers("node-3"), { deadline: 20_000 });

    await hub.admin.request(
      "DELETE",
      "/apis/kubelb.k8c.io/v1alpha1/namespaces/tenant-orphaned/addresses/default",
    );
    await hub.condition("orphaned", "web", "ResourcesResolved", unresolved);
    await restartManager(hub);
    assert.equal(await askTcp(address, 8080), "node-3");
    await hub.deleteLoadBalancer("orphaned", "web");
    await eventually(() => askTcp(address, 8080).then(() => false, () => true), {
      describe: "the listener to go",
    });
  },
);

Deno.test("a hub Service that is deleted by hand comes back with the same address and ports", async () => {
  const hub = shared();
  const before = (await hub.hubService("acme", "b"))!;
  const { resourceVersion } = (await hub.loadBalancer("acme", "b"))!.metadata;
  await hub.admin.request("DELETE", "/api/v1/namespaces/tenant-acme/services/envoy-b");
  const after = await eventually(async () => {
    const service = await hub.hubService("acme", "b");
    const isNew = service && service.metadata.uid !== before.metadata.uid;
    return isNew && service.status?.loadBalancer?.ingress && service;
  }, { describe: "another Service with an address" });
  assert.deepEqual(after.status?.loadBalancer, before.status?.loadBalancer);
  assert.deepEqual(
    after.spec.ports?.map(({ targetPort }) => targetPort),
    before.spec.ports?.map(({ targetPort }) => targetPort),
  );
  // Nobody behind the status saw it: the tenant's Service keeps its address.
  await hub.condition("acme", "b", "Programmed", { status: "True" });
  assert.equal((await hub.loadBalancer("acme", "b"))!.metadata.resourceVersion, resourceVersion);
});

Deno.test(
  "nobody takes the address of a hub Service that is deleted or changed by hand",
  sanitizersOff,
  async () => {
    const hub = shared();
    await hub.tenants("rival");
    const address = await hub.addressOf("acme", "b");
    await hub.createLoadBalancer("rival", "thief", { loadBalancerIP: address });
    const refused = { status: "False", reason: "AddressUnavailable" };
    await hub.condition("rival", "thief", "AddressAssigned", refused);
    const path = "/api/v1/namespaces/tenant-acme/services/envoy-b";
    const comesBack = async () => {
      await eventually(async () => {
        const service = await hub.hubService("acme", "b");
        return service?.status?.loadBalancer?.ingress?.[0]?.ip === address;
      }, { describe: `a hub Service with ${address}` });
      await hub.condition("rival", "thief", "AddressAssigned", refused);
    };

    await hub.admin.request("DELETE", path);
    await comesBack();
    const changed = { spec: { type: "ClusterIP", loadBalancerClass: null } };
    await hub.admin.request("PATCH", path, changed, "application/merge-patch+json");
    await comesBack();
    await hub.hub.manager.kill();
    await hub.admin.request("DELETE", path);
    await hub.hub.manager.start();
    await comesBack();

    await hub.deleteLoadBalancer("acme", "b");
    assert.equal(await hub.addressOf("rival", "thief"), address);
  },
);

Deno.test("a hub Service whose labels are taken away by hand gets them back, and keeps what it has", async () => {
  const hub = shared();
  await hub.createLoadBalancer("acme", "relabelled");
  await hub.addressOf("acme", "relabelled");
  const before = (await hub.hubService("acme", "relabelled"))!;
  const path = "/api/v1/namespaces/tenant-acme/services/envoy-relabelled";
  const bare = { metadata: { labels: null } };
  await hub.admin.request("PATCH", path, bare, "application/merge-patch+json");
  const after = await eventually(async () => {
    const service = await hub.hubService("acme", "relabelled");
    return service?.metadata.labels && service;
  }, { describe: "the labels again" });
  assert.deepEqual(after.metadata.labels, before.metadata.labels);
  assert.equal(after.metadata.uid, before.metadata.uid);
  assert.deepEqual(after.status?.loadBalancer, before.status?.loadBalancer);
  assert.deepEqual(after.spec.ports, before.spec.ports);
});
