/**
 * What there is, under upstream's metric names. Counted when somebody asks, from the caches: a gauge
 * that is kept up to date by reconciliations tells of objects that are long gone.
 *
 * @module
 */
import { Counter, Gauge, type Registry } from "../../base/metrics.ts";
import { typeUrls } from "../../envoy/proto/mod.ts";
import type { ResourceStore } from "../../envoy/xds/resource_store.ts";
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

interface StateMetric {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: string[];
  readonly samples: () => Iterable<Sample>;
}

/** Registers the metrics. */
export function registerStateMetrics(options: StateMetricsOptions): void {
  for (const metric of [...objectMetrics(options), ...storeMetrics(options)]) {
    // By its name, as Prometheus' conventions have it.
    const Kind = metric.name.endsWith("_total") ? Counter : Gauge;
    new Kind({
      name: `kubelb_manager_${metric.name}`,
      help: metric.help,
      labelNames: metric.labelNames ?? [],
      registers: [options.metrics],
      collect() {
        this.reset();
        for (const [labels, value] of metric.samples()) this.inc(labels, value);
      },
    });
  }
}

function objectMetrics({ caches, runtime }: StateMetricsOptions): StateMetric[] {
  return [{
    name: "tenants",
    help: "Tenants.",
    samples: () => [[{}, caches.tenants.size]],
  }, {
    name: "loadbalancers",
    help: "LoadBalancers, by tenant.",
    labelNames: ["namespace", "tenant", "topology"],
    samples: () => loadBalancersByNamespace(caches),
  }, {
    name: "envoy_proxies",
    help: "Envoys that run.",
    labelNames: ["namespace", "topology"],
    samples: () =>
      runtime.fleets().map((fleet): Sample => [
        { namespace: fleet, topology },
        runtime.status(fleet).state === "running" ? 1 : 0,
      ]),
  }, {
    name: "port_allocator_allocated_ports",
    help: "Listener ports in use.",
    samples: () => [[{}, allocatedPorts(caches).ports]],
  }, {
    name: "port_allocator_endpoints",
    help: "Objects that hold listener ports.",
    samples: () => [[{}, allocatedPorts(caches).holders]],
  }];
}

function storeMetrics({ stores }: StateMetricsOptions): StateMetric[] {
  const labelNames = ["snapshot_name"];
  const perStore = (value: (store: ResourceStore) => number) => () =>
    [...stores.list()].map((store): Sample => [{ snapshot_name: store.fleet }, value(store)]);
  return [
    ...storedTypes.map(([name, typeUrl]): StateMetric => ({
      name: `envoycp_${name}`,
      help: `Envoy ${name} in the store.`,
      labelNames,
      samples: perStore((store) => store.count(typeUrl)),
    })),
    {
      name: "envoycp_snapshot_updates_total",
      help: "How often what the fleet's Envoys are told has changed.",
      labelNames,
      samples: perStore((store) => store.updates),
    },
  ];
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
