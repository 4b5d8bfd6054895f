/**
 * The cloud controller manager of a tenant: its parts, and how they hang together.
 *
 * @module
 */
import { nodes, services } from "../../apis/core/v1.ts";
import { defaultObjectName } from "../../apis/kubelb/names.ts";
import { addresses, loadBalancers } from "../../apis/kubelb/v1alpha1/mod.ts";
import type { Clock } from "../../base/clock.ts";
import { Listeners } from "../../base/listeners.ts";
import type { Logger } from "../../base/logger.ts";
import type { Registry } from "../../base/metrics.ts";
import type { KubeClient } from "../../kube/client.ts";
import type { EventRecorder } from "../../kube/event_recorder.ts";
import { Informers } from "../../kube/informers.ts";
import { CcmMetrics } from "./ccm_metrics.ts";
import { HoldWatcher } from "./hub/hold_watcher.ts";
import { HubConnection, type HubProbe } from "./hub/hub_connection.ts";
import { HubLoadBalancers } from "./hub/hub_load_balancers.ts";
import { slimLoadBalancer } from "./hub/slim_load_balancer.ts";
import { nodeAddresses, type NodeAddressType, type NodeTrouble } from "./node/node_addresses.ts";
import { NodeController, slimNode } from "./node/node_controller.ts";
import { NodeReconciler } from "./node/node_reconciler.ts";
import { ServiceController, uidIndex, uidsOf } from "./service/service_controller.ts";
import { isServed, type ServicePlanOptions } from "./service/service_plan.ts";
import { ServiceReconciler } from "./service/service_reconciler.ts";
import { slimService } from "./service/slim_service.ts";
import { TenantServices } from "./service/tenant_services.ts";
import { OrphanSweep } from "./sweep/orphan_sweep.ts";

/** What a {@linkcode Ccm} works with. */
export interface CcmParts {
  /** The two clusters; nothing is shared between the clients. */
  readonly tenant: KubeClient;
  readonly hub: KubeClient;
  /** Where the credential for the hub comes from, for messages. */
  readonly hubSource: string;
  readonly events: EventRecorder;
  readonly plan: ServicePlanOptions;
  readonly addressType: NodeAddressType;
  readonly takeOver: boolean;
  /** Milliseconds. */
  readonly hubUnreachableTimeout: number;
  readonly log: Logger;
  readonly clock: Clock;
  readonly registry: Registry;
}

/**
 * Every replica runs {@linkcode Ccm.follow}, which only reads; the leader also runs
 * {@linkcode Ccm.lead}, which writes, and may run it again when it leads again.
 */
export class Ccm {
  readonly metrics: CcmMetrics;
  readonly connection: HubConnection;
  readonly hold: HoldWatcher;
  /** The caches of each side, for `/readyz`. */
  readonly informers: { readonly tenant: Informers; readonly hub: Informers };
  readonly #caches;
  readonly #nodeTroubles = new Listeners<NodeTrouble | undefined>();

  constructor(private readonly parts: CcmParts) {
    const { tenant, hub, events, takeOver, log, clock, registry } = parts;
    const namespace = parts.plan.tenantNamespace;
    const common = { log, clock, metrics: registry };
    this.informers = { tenant: new Informers(tenant, common), hub: new Informers(hub, common) };
    const fromTenant = this.informers.tenant;
    const fromHub = this.informers.hub;
    this.#caches = {
      services: fromTenant.informer(services, {
        transform: slimService,
        indexers: { [uidIndex]: uidsOf },
      }).cache,
      nodes: fromTenant.informer(nodes, { transform: slimNode }).cache,
      loadBalancers: fromHub.informer(loadBalancers, {
        namespace,
        transform: slimLoadBalancer,
      }).cache,
      addresses: fromHub.informer(addresses, { namespace }).cache,
    };
    this.metrics = new CcmMetrics(registry);
    this.metrics.observeObjects(() => this.#caches.nodes.size, () => this.#servedByNamespace());
    this.connection = new HubConnection({
      metrics: this.metrics,
      clock,
      log,
      namespace,
      source: parts.hubSource,
      probe: hubProbe(hub, namespace),
    });
    this.hold = new HoldWatcher({
      tenant,
      addresses: this.#caches.addresses,
      addressesKey: `${namespace}/${defaultObjectName}`,
      takeOver,
      events,
      clock,
      log,
    });
  }

  /** Keeps caches, hold and connection current until `signal` fires. Never throws. */
  async follow(signal: AbortSignal): Promise<void> {
    // Informers only read, so nobody has to wait for the end of their streams.
    void this.informers.tenant.start(signal);
    // A hub that refuses us altogether is said so before each of them complains of its own refusal.
    void this.connection.asked.then(() => this.informers.hub.start(signal));
    await Promise.all([this.connection.run(signal), this.hold.run(signal)]);
  }

  /** Does the work until `signal` fires. Never throws. */
  async lead(signal: AbortSignal): Promise<void> {
    const { log, clock, registry, plan, tenant, hub } = this.parts;
    const { connection, hold, metrics } = this;
    const shared = { connection, hold, metrics, plan, log, clock, registry };
    const nodeController = new NodeController({
      ...shared,
      nodes: this.#caches.nodes,
      hubAddresses: this.#caches.addresses,
      reconciler: this.#nodeReconciler(),
    });
    const serviceController = new ServiceController({
      ...shared,
      services: this.#caches.services,
      loadBalancers: this.#caches.loadBalancers,
      nodeTroubles: this.#nodeTroubles,
      reconciler: this.#serviceReconciler(),
    });
    const sweep = new OrphanSweep({
      ...shared,
      services: this.#caches.services,
      loadBalancers: this.#caches.loadBalancers,
      tenant,
      hub,
    });
    await Promise.all([
      nodeController.run(signal),
      serviceController.run(signal),
      sweep.run(signal),
    ]);
  }

  #nodeReconciler(): NodeReconciler {
    return new NodeReconciler({
      nodes: this.#caches.nodes,
      hubAddresses: this.#caches.addresses,
      hub: this.parts.hub,
      connection: this.connection,
      hold: this.hold,
      tenantNamespace: this.parts.plan.tenantNamespace,
      addressType: this.parts.addressType,
      troubles: this.#nodeTroubles,
      events: this.parts.events,
      metrics: this.metrics,
      clock: this.parts.clock,
    });
  }

  #serviceReconciler(): ServiceReconciler {
    const { plan, tenant, hub, clock, events, hubUnreachableTimeout } = this.parts;
    return new ServiceReconciler({
      services: this.#caches.services,
      tenant: new TenantServices(tenant, this.#caches.services),
      hub: new HubLoadBalancers({
        client: hub,
        cache: this.#caches.loadBalancers,
        connection: this.connection,
        tenantNamespace: plan.tenantNamespace,
        clock,
      }),
      hubSynced: () => this.#caches.loadBalancers.synced,
      connection: this.connection,
      hold: () => this.hold.hold,
      nodeProblem: () => this.#nodeProblem(),
      plan,
      hubUnreachableTimeout,
      events,
      metrics: this.metrics,
      clock,
    });
  }

  #nodeProblem(): string | undefined {
    const result = nodeAddresses(this.#caches.nodes.list(), this.parts.addressType);
    return result.kind === "keep" ? result.message : undefined;
  }

  #servedByNamespace(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const service of this.#caches.services.list()) {
      if (!isServed(service, this.parts.plan)) continue;
      const { namespace = "" } = service.metadata;
      counts.set(namespace, (counts.get(namespace) ?? 0) + 1);
    }
    return counts;
  }
}

function hubProbe(hub: Pick<KubeClient, "get" | "create">, namespace: string): HubProbe {
  const probe = { metadata: { namespace, name: "kubelb-ccm-probe" }, spec: {} };
  return {
    read: (signal) => hub.get(addresses, { namespace, name: defaultObjectName }, { signal }),
    create: (signal) => hub.create(addresses, probe, { dryRun: true, signal }),
  };
}
