/**
 * The parts of the manager that write to the API: they run in the leader only.
 *
 * @module
 */
import type { VersionInfo } from "../../apis/kubelb/v1alpha1/mod.ts";
import { Backoff } from "../../base/backoff.ts";
import { type Clock, delay } from "../../base/clock.ts";
import type { Logger } from "../../base/logger.ts";
import type { Registry } from "../../base/metrics.ts";
import type { ResourceStores } from "../../envoy/xds/resource_stores.ts";
import { PortTable } from "../../fleet/port_table.ts";
import type { FleetCapacity, FleetRuntime } from "../../fleet/runtime.ts";
import type { KubeClient } from "../../kube/client.ts";
import type { EventRecorder } from "../../kube/event_recorder.ts";
import {
  AuthorityController,
  type AuthorityControllerOptions,
} from "./identity/authority_controller.ts";
import { runConfigStatus } from "./config/config_status_controller.ts";
import type { LiveSettings } from "./config/live_settings.ts";
import type { AddressRange } from "./host_load_balancer/address_range.ts";
import { HostLoadBalancer } from "./host_load_balancer/host_load_balancer.ts";
import type { HubCaches } from "./hub/hub_caches.ts";
import type { DataPlaneView } from "./loadbalancer/data_plane_view.ts";
import { HubPorts } from "./loadbalancer/hub_ports.ts";
import { LoadBalancerController } from "./loadbalancer/load_balancer_controller.ts";
import type { TenantCaches } from "./tenant/tenant_caches.ts";
import { TenantController } from "./tenant/tenant_controller.ts";

/** What the leader's parts work with. */
export interface LeaderOptions {
  readonly client: KubeClient;
  readonly caches: HubCaches;
  readonly tenantCaches: TenantCaches;
  readonly settings: LiveSettings;
  readonly dataPlane: DataPlaneView;
  readonly stores: Pick<ResourceStores, "whenSynced">;
  readonly runtime: FleetRuntime;
  /** `--address-pool`. */
  readonly addressPool: readonly AddressRange[];
  /** `--tenant-api-server-url`. */
  readonly serverUrl?: string | undefined;
  /** The authority of xDS certificates, when there is one to be kept. */
  readonly authority?: Pick<AuthorityControllerOptions, "secrets" | "lifetimes"> | undefined;
  /** The manager's namespace. */
  readonly namespace: string;
  readonly version: VersionInfo;
  readonly events: EventRecorder;
  readonly log: Logger;
  readonly clock: Clock;
  readonly metrics: Registry;
}

/** Leads until `signal` fires. Everything is made anew for each term: nothing stale survives. */
export async function lead(options: LeaderOptions, signal: AbortSignal): Promise<void> {
  const { settings, caches, runtime, authority } = options;
  // It does not wait for the ports: Envoys that run need certificates meanwhile.
  const authorities = authority &&
    new AuthorityController({ ...options, ...authority }).run(signal);
  using ports = await loadPorts(options, signal);
  if (ports === undefined) return await authorities;
  // Before the controllers subscribe: those that wait for a port ask again at the same change.
  using _range = settings.changes.subscribe(() => ports.setRange(settings.portRange));
  ports.setRange(settings.portRange);
  const parts = [
    authorities,
    new TenantController(options).run(signal),
    leadLoadBalancers(options, ports, signal),
    runConfigStatus({ ...options, configs: caches.configs, settings }, signal),
    ...(runtime.kind === "host"
      ? [new HostLoadBalancer({ ...options, ...caches }).run(signal)]
      : []),
  ];
  await Promise.all(parts);
}

/**
 * Before everything has been translated nobody knows what is served: a status written then would call
 * load balancers unready whose Envoys have been serving them all the time.
 */
async function leadLoadBalancers(
  options: LeaderOptions,
  ports: HubPorts,
  signal: AbortSignal,
): Promise<void> {
  if (!await options.stores.whenSynced(signal)) return;
  const runtime = options.runtime.kind;
  await new LoadBalancerController({ ...options, runtime, ports }).run(signal);
}

/** Tries until it works: without the table no port may be given out. */
async function loadPorts(
  { client, caches, settings, runtime, addressPool, clock, log }: LeaderOptions,
  signal: AbortSignal,
): Promise<HubPorts | undefined> {
  const backoff = new Backoff({ initial: 200, maximum: 10_000 });
  while (!signal.aborted) {
    try {
      // The Config decides what may be given out, and whether there may be load balancers at all.
      await caches.configs.whenSynced(signal);
      const most = (fleet: string) => mostPorts(runtime.capacity(fleet), addressPool);
      const table = new PortTable({ clock, range: settings.portRange, most });
      return await HubPorts.load(client, caches.services, table, signal);
    } catch (error) {
      if (signal.aborted) break;
      log.error("the listener ports in use cannot be read; trying again", { error });
      await delay(clock, backoff.next(), signal).catch(() => {});
    }
  }
  return undefined;
}

/** A load balancer may have an address of each family, and its Envoy listens on both. */
function mostPorts(
  { listeners }: FleetCapacity,
  addressPool: readonly AddressRange[],
): number {
  const families = new Set(addressPool.map(({ family }) => family)).size;
  return Math.floor(listeners / Math.max(1, families));
}
