/**
 * Removes LoadBalancers from the hub whose Service is gone.
 *
 * The finalizer on a Service normally sees to that. It may have been released without the hub (which
 * was away), taken off by hand, or lost with the tenant's etcd: then this is what cleans up.
 *
 * @module
 */
import { type Service, services as serviceType } from "../../../apis/core/v1.ts";
import { type LoadBalancer, loadBalancers } from "../../../apis/kubelb/v1alpha1/mod.ts";
import { keyOf } from "../../../apis/meta/v1.ts";
import type { Clock } from "../../../base/clock.ts";
import type { Logger } from "../../../base/logger.ts";
import type { Registry } from "../../../base/metrics.ts";
import type { KubeClient } from "../../../kube/client.ts";
import { Controller, type ReconcileContext } from "../../../kube/controller.ts";
import type { ObjectCache } from "../../../kube/object_cache.ts";
import type { CcmMetrics } from "../ccm_metrics.ts";
import type { HoldWatcher } from "../hub/hold_watcher.ts";
import type { HubConnection } from "../hub/hub_connection.ts";
import { originOf } from "../origin.ts";
import { planService, type ServicePlanOptions } from "../service/service_plan.ts";
import { uidIndex } from "../service/service_controller.ts";

/** What an {@linkcode OrphanSweep} works with. */
export interface OrphanSweepOptions {
  /** Has `uidIndex`. */
  readonly services: ObjectCache<Service>;
  readonly loadBalancers: ObjectCache<LoadBalancer>;
  readonly tenant: Pick<KubeClient, "get">;
  readonly hub: Pick<KubeClient, "delete">;
  readonly connection: HubConnection;
  readonly hold: HoldWatcher;
  readonly plan: ServicePlanOptions;
  readonly metrics: CcmMetrics;
  readonly log: Logger;
  readonly clock: Clock;
  readonly registry: Registry;
}

/**
 * Level-based like every controller: it looks at each LoadBalancer when that or its Service changes,
 * and at all of them when the hold changes. Both caches must be complete and the tenant must be
 * recorded as ours: an empty cache or a wrong kubeconfig would otherwise delete everything.
 */
export class OrphanSweep {
  readonly #controller: Controller;

  constructor(private readonly options: OrphanSweepOptions) {
    const { tenantNamespace } = options.plan;
    const { log, clock, registry } = options;
    this.#controller = new Controller({
      name: "sweep",
      reconcile: (key, context) => this.#reconcile(key, context),
      log,
      clock,
      metrics: registry,
    })
      .watch(
        options.loadBalancers,
        (object) => this.#suspicious(object) ? [keyOf(object.metadata)] : [],
      )
      .watch(options.services, ({ metadata: { uid } }, { type }) => {
        const key = `${tenantNamespace}/${uid}`;
        return type !== "added" && options.loadBalancers.get(key) ? [key] : [];
      });
  }

  /** Runs until `signal` fires. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    const { connection, hold } = this.options;
    const all = () => this.#enqueueSuspicious();
    using _recovery = connection.onRecovered(all);
    using _hold = hold.subscribe(all);
    await this.#controller.run(signal);
  }

  #enqueueSuspicious(): void {
    for (const object of this.options.loadBalancers.list()) {
      if (this.#suspicious(object)) this.#controller.enqueue(keyOf(object.metadata));
    }
  }

  /** Ours by its labels, not on its way out, and no Service that we know wants it. */
  #suspicious(object: LoadBalancer): boolean {
    if (originOf(object) === undefined || object.metadata.deletionTimestamp) return false;
    const [service] = this.options.services.byIndex(uidIndex, object.metadata.name);
    return service === undefined || !this.#wants(service);
  }

  #wants(service: Service): boolean {
    return planService(service, this.options.plan).kind !== "ignore";
  }

  async #reconcile(key: string, { signal, log }: ReconcileContext): Promise<void> {
    const { hold, connection, hub, metrics } = this.options;
    const object = this.options.loadBalancers.get(key);
    if (object === undefined || !this.#suspicious(object)) return;
    if (hold.hold.kind !== "held" || connection.lost) return;
    if (await this.#isWanted(object, signal)) return;
    const { uid, resourceVersion, name, namespace } = object.metadata;
    // Whoever changed it since we looked had a reason: look again first.
    const removed = await connection.call(
      "delete",
      () => hub.delete(loadBalancers, { name, namespace }, { uid, resourceVersion, signal }),
    );
    if (!removed) return;
    metrics.swept();
    log.info("removed a LoadBalancer whose Service is gone", { origin: originOf(object) });
  }

  /** Asks the API server itself: after a failover a cache may be behind. */
  async #isWanted(object: LoadBalancer, signal: AbortSignal): Promise<boolean> {
    const origin = originOf(object)!;
    const service = await this.options.tenant.get(serviceType, origin, { signal });
    return service?.metadata.uid === object.metadata.name && this.#wants(service);
  }
}
