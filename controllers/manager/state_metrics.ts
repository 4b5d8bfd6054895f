/**
 * What there is, under upstream's metric names. Counted when somebody asks, from the caches: a gauge
 * that is kept up to date by reconciliations tells of objects that are long gone.
 *
 * @module
 */
import { Gauge, type Registry } from "../../base/metrics.ts";
import { typeUrls } from "../../envoy/proto/mod.ts";
import type { ResourceStores } from "../../envoy/xds/resource_stores.ts";
import type { FleetRuntime } from "../../fleet/runtime.ts";
import { type HubCaches, loadBalancerKeyOf } from "./hub/hub_caches.ts";
import { namespaceOfTenant } from "./tenant/tenant_namespace.ts";

/** Where the numbers come from. */
export interface StateMetricsOptions {
  readonly caches: HubCaches;
  readonly stores: ResourceStores;
  readonly runtime: FleetRuntime;
  readonly metrics: Registry;
}

/** The one topology there is so far. */
const topology = "shared";

type Sample = readonly [labels: Record<string, string>, value: number];

/** Registers the gauges. */
export function registerStateMetrics(options: StateMetricsOptions): void {
  const { caches, stores, runtime, metrics } = options;
  const register = (
    name: string,
    help: string,
    labelNames: string[],
    samples: () => Iterable<Sample>,
  ) => {
    new Gauge({
      name: `kubelb_manager_${name}`,
      help,
      labelNames,
      registers: [metrics],
      collect() {
        this.reset();
        for (const [labels, value] of samples()) this.set(labels, value);
      },
    });
  };
  register("tenants", "Tenants.", [], () => [[{}, caches.tenants.size]]);
  register(
    "loadbalancers",
    "LoadBalancers, by tenant.",
    ["namespace", "tenant", "topology"],
    () => loadBalancersByNamespace(caches),
  );
  register(
    "envoy_proxies",
    "Envoys that run.",
    ["namespace", "topology"],
    () =>
      runtime.fleets().map((fleet): Sample => [
        { namespace: fleet, topology },
        runtime.status(fleet).state === "running" ? 1 : 0,
      ]),
  );
  for (const [name, typeUrl] of storedTypes) {
    register(
      `envoycp_${name}`,
      `Envoy ${name} in the store.`,
      ["snapshot_name"],
      () =>
        [...stores.list()].map((store): Sample => [
          { snapshot_name: store.fleet },
          store.count(typeUrl),
        ]),
    );
  }
  register("port_allocator_allocated_ports", "Listener ports in use.", [], () => [
    [{}, allocatedPorts(caches).ports],
  ]);
  register("port_allocator_endpoints", "Objects that hold listener ports.", [], () => [
    [{}, allocatedPorts(caches).holders],
  ]);
}

const storedTypes = [
  ["clusters", typeUrls.cluster],
  ["listeners", typeUrls.listener],
  ["endpoints", typeUrls.endpoint],
] as const;

/** Every tenant's, and those that lie where no Tenant is: their label `tenant` is empty. */
function loadBalancersByNamespace({ tenants, loadBalancers }: HubCaches): Sample[] {
  const tenantOf = new Map(
    tenants.list().map(({ metadata: { name } }) => [namespaceOfTenant(name), name]),
  );
  const namespaces = new Set([...tenantOf.keys(), ...loadBalancers.namespaces()]);
  return [...namespaces].map((namespace): Sample => [
    { namespace, tenant: tenantOf.get(namespace) ?? "", topology },
    loadBalancers.list(namespace).length,
  ]);
}

function allocatedPorts(caches: HubCaches): { ports: number; holders: number } {
  const ours = caches.services.list().filter((service) => loadBalancerKeyOf(service) !== undefined);
  const ports = ours.reduce((sum, { spec }) => sum + (spec.ports?.length ?? 0), 0);
  return { ports, holders: ours.length };
}
