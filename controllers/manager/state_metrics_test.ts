import assert from "node:assert/strict";
import type { LoadBalancer, Tenant } from "../../apis/kubelb/v1alpha1/mod.ts";
import { Registry } from "../../base/metrics.ts";
import { ResourceStores } from "../../envoy/xds/resource_stores.ts";
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

Deno.test("load balancers are counted for every tenant, and where there is none", async () => {
  const metrics = new Registry();
  const caches = {
    tenants: cacheOf(tenant("acme"), tenant("idle")),
    loadBalancers: cacheOf(loadBalancerIn("tenant-acme"), loadBalancerIn("stray")),
    services: new ObjectCache(),
  } as unknown as HubCaches;
  const runtime = { fleets: () => [] } as unknown as FleetRuntime;
  registerStateMetrics({ caches, stores: new ResourceStores(), runtime, metrics });
  const text = await metrics.getSingleMetricAsString("kubelb_manager_loadbalancers");
  const samples = text.split("\n").filter((line) => !line.startsWith("#"));
  const sample = (namespace: string, tenant: string, count: number) =>
    `kubelb_manager_loadbalancers{namespace="${namespace}",tenant="${tenant}",topology="shared"} ` +
    count;
  assert.deepEqual(samples, [
    sample("tenant-acme", "acme", 1),
    sample("tenant-idle", "idle", 0),
    sample("stray", "", 1),
  ]);
});
