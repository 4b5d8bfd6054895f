/**
 * What makes a Service be reconciled.
 *
 * @module
 */
import type { Service } from "../../../apis/core/v1.ts";
import type { LoadBalancer } from "../../../apis/kubelb/v1alpha1/mod.ts";
import { keyOf } from "../../../apis/meta/v1.ts";
import type { Clock } from "../../../base/clock.ts";
import type { Listeners } from "../../../base/listeners.ts";
import type { Logger } from "../../../base/logger.ts";
import type { Registry } from "../../../base/metrics.ts";
import { Controller } from "../../../kube/controller.ts";
import type { ObjectCache } from "../../../kube/object_cache.ts";
import type { HubConnection } from "../hub/hub_connection.ts";
import type { HoldWatcher } from "../hub/hold_watcher.ts";
import { planService, type ServicePlanOptions } from "./service_plan.ts";
import type { ServiceReconciler } from "./service_reconciler.ts";

/** Index of the Services cache: the name of the LoadBalancer in the hub. */
export const uidIndex = "uid";

/** Values of {@linkcode uidIndex}. */
export function uidsOf(service: Service): readonly string[] {
  return service.metadata.uid === undefined ? [] : [service.metadata.uid];
}

/** What a {@linkcode ServiceController} works with. */
export interface ServiceControllerOptions {
  /** Has {@linkcode uidIndex}. */
  readonly services: ObjectCache<Service>;
  readonly loadBalancers: ObjectCache<LoadBalancer>;
  readonly connection: HubConnection;
  readonly hold: HoldWatcher;
  /** Tells when Services that wait for node addresses wait for something else. */
  readonly nodeTroubles: Pick<Listeners<unknown>, "subscribe">;
  readonly plan: ServicePlanOptions;
  readonly reconciler: ServiceReconciler;
  readonly log: Logger;
  readonly clock: Clock;
  readonly registry: Registry;
}

/** API calls are what a reconciliation waits for; sixteen at once serve a thousand Services fast. */
const concurrency = 16;

/**
 * Starts as soon as the Services are known: a Service must be able to go while the hub is away. What
 * needs the hub skips until it is there, and then every Service comes again.
 */
export class ServiceController {
  readonly #controller: Controller;

  constructor(private readonly options: ServiceControllerOptions) {
    const { services, reconciler, log, clock, registry } = options;
    this.#controller = new Controller({
      name: "service-controller",
      reconcile: (key, context) => reconciler.reconcile(key, context),
      concurrency,
      log,
      clock,
      metrics: registry,
    }).watch(services, (service) => this.#concerns(service) ? [keyOf(service.metadata)] : []);
  }

  /** Runs until `signal` fires. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    const { loadBalancers, connection, hold, nodeTroubles } = this.options;
    const all = () => this.#enqueueAll();
    using _changes = loadBalancers.subscribe(({ object }) => this.#enqueueOriginOf(object));
    using _recovery = connection.onRecovered(all);
    using _hold = hold.subscribe(all);
    using _nodes = nodeTroubles.subscribe(all);
    loadBalancers.whenSynced(signal).then(all, () => {});
    await this.#controller.run(signal);
  }

  #concerns(service: Service): boolean {
    return planService(service, this.options.plan).kind !== "ignore";
  }

  #enqueueOriginOf(loadBalancer: LoadBalancer): void {
    const { services } = this.options;
    for (const service of services.byIndex(uidIndex, loadBalancer.metadata.name)) {
      if (this.#concerns(service)) this.#controller.enqueue(keyOf(service.metadata));
    }
  }

  #enqueueAll(): void {
    for (const service of this.options.services.list()) {
      if (this.#concerns(service)) this.#controller.enqueue(keyOf(service.metadata));
    }
  }
}
