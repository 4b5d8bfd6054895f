import assert from "node:assert/strict";
import type { LoadBalancer, Tenant } from "../../apis/kubelb/v1alpha1/mod.ts";
import { Registry } from "../../base/metrics.ts";
import { ResourceStores } from "../../envoy/xds/resource_stores.ts";
import { resource } from "../../envoy/xds/testing/requests.ts";
import type { FleetRuntime } from "../../fleet/runtime.ts";
import { ObjectCache } from "../../kube/object_cache.ts";
import type { HubCaches } from "./hub/hub_caches.ts";
import { loadBalancerWith } from "./loadbalancer/testdata.ts";
import { registerStateMetrics } from "./state_metrics.ts";

function cacheOf<T extends LoadBalancer | Tenant>(...objects: T[]): ObjectCache<T> {
  const cache = new ObjectCache<T>();
  cache.replace(objects, "9");
  return cache;
}

function loadBalancerIn(namespace: string): LoadBalancer {
  const loadBalancer = loadBalancerWith({});
  loadBalancer.metadata.namespace = namespace;
  return loadBalancer;
}

function tenant(name: string): Tenant {
  return { apiVersion: "kubelb.k8c.io/v1alpha1", kind: "Tenant", metadata: { name }, spec: {} };
}

function registered(change: { caches?: Partial<HubCaches>; stores?: ResourceStores }) {
  const metrics = new Registry();
  const caches = {
    tenants: cacheOf<Tenant>(),
    loadBalancers: cacheOf<LoadBalancer>(),
    services: new ObjectCache(),
    ...change.caches,
  } as unknown as HubCaches;
  const runtime = { fleets: () => [] } as unknown as FleetRuntime;
  const { stores = new ResourceStores() } = change;
  registerStateMetrics({ caches, stores, runtime, metrics });
  return async (name: string) => {
    const text = await metrics.getSingleMetricAsString(`kubelb_manager_${name}`);
    return text.split("\n");
  };
}

Deno.test("load balancers are counted for every tenant, and where there is none", async () => {
  const linesOf = registered({
    caches: {
      tenants: cacheOf(tenant("acme"), tenant("idle")),
      loadBalancers: cacheOf(loadBalancerIn("tenant-acme"), loadBalancerIn("stray")),
    },
  });
  const sample = (namespace: string, tenant: string, count: number) =>
    `kubelb_manager_loadbalancers{namespace="${namespace}",tenant="${tenant}",topology="shared"} ` +
    count;
  assert.deepEqual((await linesOf("loadbalancers")).slice(2), [
    sample("tenant-acme", "acme", 1),
    sample("tenant-idle", "idle", 0),
    sample("stray", "", 1),
  ]);
});

Deno.test("updates are counted per fleet, as often as one asks, and are gone with the fleet", async () => {
  const stores = new ResourceStores();
  const linesOf = registered({ stores });
  const name = "envoycp_snapshot_updates_total";
  const store = stores.get("tenant-acme");
  store.set("owner", [resource("a", "x")]);
  store.set("owner", [resource("a", "x")]);
  store.set("owner", [resource("a", "y")]);
  for (let asked = 0; asked < 2; asked++) {
    const [, type, ...samples] = await linesOf(name);
    assert.equal(type, `# TYPE kubelb_manager_${name} counter`);
    assert.deepEqual(samples, [`kubelb_manager_${name}{snapshot_name="tenant-acme"} 2`]);
  }
  stores.remove("tenant-acme");
  assert.deepEqual((await linesOf(name)).slice(2), []);
});
