/**
 * The Config is read while the manager runs.
 *
 * @module
 */
import assert from "node:assert/strict";
import { eventually } from "../harness/mod.ts";
import { type HubFixture, sharedHub } from "./hub_fixture.ts";

const shared = sharedHub({}, (hub) => hub.tenants("acme", "other"));

const path = "/apis/kubelb.k8c.io/v1alpha1/namespaces/kubelb/configs/default";

async function configure(hub: HubFixture, spec: object): Promise<void> {
  await hub.admin.apply(path, {
    apiVersion: "kubelb.k8c.io/v1alpha1",
    kind: "Config",
    metadata: { name: "default", namespace: "kubelb" },
    spec,
  });
}

/** Waits until the hub Service has exactly these annotations of those that begin with `example.com/`. */
async function annotated(hub: HubFixture, wanted: Record<string, string>): Promise<void> {
  await eventually(async () => {
    const { annotations = {} } = (await hub.hubService("acme", "annotated"))?.metadata ?? {};
    const ours = Object.entries(annotations).filter(([key]) => key.startsWith("example.com/"));
    assert.deepEqual(Object.fromEntries(ours), wanted);
    return true;
  }, { describe: `annotations ${JSON.stringify(wanted)} of the hub Service` });
}

Deno.test("which annotations reach the hub Service follows the Config", async () => {
  const hub = shared();
  await hub.createLoadBalancer("acme", "annotated");
  const object = "/apis/kubelb.k8c.io/v1alpha1/namespaces/tenant-acme/loadbalancers/annotated";
  await hub.admin.request("PATCH", object, {
    metadata: { annotations: { "example.com/pool": "a", "example.com/secret": "b" } },
  }, "application/merge-patch+json");
  const address = await hub.addressOf("acme", "annotated");
  await annotated(hub, {});

  await configure(hub, { propagatedAnnotations: { "example.com/pool": "" } });
  await annotated(hub, { "example.com/pool": "a" });
  await configure(hub, {
    propagateAllAnnotations: true,
    deniedAnnotations: ["example.com/secret"],
    defaultAnnotations: { service: { "example.com/by-default": "c" } },
  });
  await annotated(hub, { "example.com/pool": "a", "example.com/by-default": "c" });
  await hub.admin.request("DELETE", path);
  await annotated(hub, {});
  assert.equal(await hub.addressOf("acme", "annotated"), address, "nothing has moved");
});

Deno.test("load balancers that the Config switches off lose their addresses, in every tenant", async () => {
  const hub = shared();
  for (const tenant of ["acme", "other"]) {
    await hub.createLoadBalancer(tenant, "switched");
    await hub.addressOf(tenant, "switched");
  }
  await configure(hub, { loadBalancer: { disable: true } });
  for (const tenant of ["acme", "other"]) {
    await hub.condition(tenant, "switched", "Accepted", { status: "False", reason: "Disabled" });
    await eventually(async () => await hub.hubService(tenant, "switched") === undefined, {
      describe: `the hub Service of ${tenant} to go`,
    });
  }
  await hub.admin.request("DELETE", path);
  for (const tenant of ["acme", "other"]) assert.ok(await hub.addressOf(tenant, "switched"));
});

Deno.test("a class that no Service can have costs no load balancer its address", async () => {
  const hub = shared();
  await hub.createLoadBalancer("acme", "classed");
  const address = await hub.addressOf("acme", "classed");
  const before = await hub.hubService("acme", "classed");
  await configure(hub, { loadBalancer: { class: "metal lb" } });
  const wanted = { status: "False", reason: "Invalid" };
  const { message } = await hub.condition("acme", "classed", "Accepted", wanted);
  assert.match(message, /class "metal lb"/);
  await eventually(async () => {
    const { status } = await hub.admin.request<{ status?: unknown }>("GET", path);
    return JSON.stringify(status)?.includes("spec.loadBalancer.class");
  }, { describe: "the Config to name the field" });

  await hub.admin.request("DELETE", path);
  await hub.condition("acme", "classed", "Accepted", { status: "True" });
  assert.equal(await hub.addressOf("acme", "classed"), address);
  assert.equal((await hub.hubService("acme", "classed"))?.metadata.uid, before?.metadata.uid);
});

Deno.test("a default annotation that no object can have blocks nobody", async () => {
  const hub = shared();
  const service = { "a/b/c": "x", "example.com/good": "y" };
  await configure(hub, { defaultAnnotations: { service } });
  await hub.createLoadBalancer("acme", "decorated");
  await hub.condition("acme", "decorated", "Ready", { status: "True" });
  const made = await hub.hubService("acme", "decorated");
  assert.equal(made?.metadata.annotations?.["example.com/good"], "y");
  await eventually(async () => {
    const { status } = await hub.admin.request<{ status?: unknown }>("GET", path);
    return JSON.stringify(status)?.includes(`\\"a/b/c\\" cannot be the key of an annotation`);
  }, { describe: "the Config to name the key" });
  await hub.admin.request("DELETE", path);
});

Deno.test("a Config that cannot be used says what is wrong, and the rest of it counts", async () => {
  const hub = shared();
  await hub.createLoadBalancer("acme", "annotated");
  await configure(hub, {
    endpointPolicy: { allowedCIDRs: ["nonsense"] },
    defaultAnnotations: { service: { "example.com/by-default": "d" } },
  });
  await annotated(hub, { "example.com/by-default": "d" });
  await eventually(async () => {
    type Config = { status?: { conditions?: { type: string; status: string; message: string }[] } };
    const { status } = await hub.admin.request<Config>("GET", path);
    const ready = status?.conditions?.find(({ type }) => type === "Ready");
    assert.equal(ready?.status, "False");
    assert.match(ready?.message ?? "", /nonsense/);
    return true;
  }, { describe: "the Config's condition" });
  await hub.admin.request("DELETE", path);
  await annotated(hub, {});
});
