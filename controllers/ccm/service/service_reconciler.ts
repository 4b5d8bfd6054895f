/**
 * Brings one Service and its LoadBalancer in the hub together.
 *
 * @module
 */
import type { LoadBalancerIngress, Service } from "../../../apis/core/v1.ts";
import type { LoadBalancer } from "../../../apis/kubelb/v1alpha1/mod.ts";
import type { Clock } from "../../../base/clock.ts";
import { describeError } from "../../../base/errors.ts";
import { isApiError } from "../../../kube/api_error.ts";
import type { ReconcileContext, ReconcileResult } from "../../../kube/controller.ts";
import type { EventRecorder } from "../../../kube/event_recorder.ts";
import type { ObjectCache } from "../../../kube/object_cache.ts";
import type { CcmMetrics, CcmOutcome } from "../ccm_metrics.ts";
import { type ClusterHold, mayWrite } from "../hub/cluster_hold.ts";
import type { HubConnection } from "../hub/hub_connection.ts";
import { askAgainAfter, type HubLoadBalancers } from "../hub/hub_load_balancers.ts";
import { matters } from "../hub/unknown_fields.ts";
import { hubProblem } from "./hub_problem.ts";
import { planService, type ServicePlan, type ServicePlanOptions } from "./service_plan.ts";
import { sameAddresses, serviceStatusChange, type ServiceStatusInput } from "./service_status.ts";
import type { TenantServices } from "./tenant_services.ts";

/** What a {@linkcode ServiceReconciler} works with. */
export interface ServiceReconcilerOptions {
  readonly services: ObjectCache<Service>;
  readonly tenant: TenantServices;
  readonly hub: HubLoadBalancers;
  readonly hubSynced: () => boolean;
  readonly connection: HubConnection;
  readonly hold: () => ClusterHold;
  /** Why the hub has no addresses of nodes from us; `undefined` when it can have them. */
  readonly nodeProblem: () => string | undefined;
  readonly plan: ServicePlanOptions;
  /** Milliseconds without the hub after which a Service is let go without it. */
  readonly hubUnreachableTimeout: number;
  readonly events: Pick<EventRecorder, "event">;
  readonly metrics: CcmMetrics;
  readonly clock: Clock;
}

type Plan<K extends ServicePlan["kind"]> = Extract<ServicePlan, { kind: K }>;

/** Nothing was done: something that will wake us is missing. */
const skipped = Symbol("skipped");
type Result = ReconcileResult | void | typeof skipped;

/** Level-based: looks only at the caches, and may run at any time. */
export class ServiceReconciler {
  constructor(private readonly options: ServiceReconcilerOptions) {}

  /** Reconciles the Service with this key. @throws to be tried again. */
  async reconcile(key: string, context: ReconcileContext): Promise<ReconcileResult | void> {
    const { services, clock, metrics, plan } = this.options;
    const service = services.get(key);
    if (service === undefined) return;
    const start = clock.monotonic();
    let outcome: CcmOutcome = "error";
    try {
      const result = await this.#follow(service, planService(service, plan), context);
      outcome = result === skipped ? "skipped" : "success";
      return result === skipped ? undefined : result;
    } finally {
      const seconds = (clock.monotonic() - start) / 1000;
      metrics.service(service.metadata.namespace ?? "", outcome, seconds);
    }
  }

  async #follow(service: Service, plan: ServicePlan, context: ReconcileContext): Promise<Result> {
    switch (plan.kind) {
      case "ignore":
        return skipped;
      case "wait":
        context.log.debug("waiting", { for: plan.message });
        return skipped;
      case "release":
        return await this.#release(service, plan, context);
      case "refuse":
        return await this.#refuse(service, plan, context);
      case "serve":
        return await this.#serve(service, plan, context);
    }
  }

  async #serve(service: Service, plan: Plan<"serve">, context: ReconcileContext): Promise<Result> {
    const { hub, tenant, connection, hold, hubSynced } = this.options;
    // Each of the three brings every Service back when it changes.
    if (connection.refusal !== undefined) this.#tellRefusal(service, connection.refusal);
    if (!mayWrite(hold()) || !hubSynced() || connection.lost) return skipped;
    const held = await tenant.hold(service, context.signal);
    const result = await this.#telling(service, () => hub.ensure(plan.loadBalancer, context));
    if (result.kind === "terminating") return skipped;
    if (result.kind === "written") this.#tellMissing(service, plan.loadBalancer, result.missing);
    await this.#writeStatus(held, {
      ingress: this.#published(held),
      skipped: plan.skipped,
      served: true,
      problem: hubProblem(hub.get(held.metadata.uid ?? ""), this.options.nodeProblem),
    }, context);
    return result.missing.length > 0 ? { requeueAfter: askAgainAfter } : undefined;
  }

  async #refuse(
    service: Service,
    plan: Plan<"refuse">,
    context: ReconcileContext,
  ): Promise<Result> {
    const { tenant } = this.options;
    const removed = await this.#removeFromHub(service, context);
    if (removed !== undefined) return removed;
    const current = await this.#writeStatus(service, {
      ingress: this.options.plan.cloudProvider ? [] : undefined,
      skipped: plan.skipped,
      served: false,
    }, context);
    await tenant.release(current, context.signal);
  }

  async #release(
    service: Service,
    plan: Plan<"release">,
    context: ReconcileContext,
  ): Promise<Result> {
    // Read before the hub's object goes: only addresses that came from it are ours to clear.
    const ours = this.#isFromHub(service);
    const removed = await this.#removeFromHub(service, context);
    if (removed !== undefined) return removed;
    const current = plan.deleting ? service : await this.#writeStatus(service, {
      ingress: ours ? [] : undefined,
      skipped: [],
      served: false,
    }, context);
    await this.options.tenant.release(current, context.signal);
    context.log.info("released the Service", { deleting: plan.deleting });
  }

  /** `undefined` when the hub has accepted, or has been silent for too long to be waited for. */
  async #removeFromHub(service: Service, context: ReconcileContext): Promise<Result | undefined> {
    const { connection, hub } = this.options;
    try {
      const uid = service.metadata.uid ?? "";
      // What a deleted tenant had is gone with it, and the hub has told so before it refused us.
      if (connection.refusal !== undefined && hub.isRemoved(uid)) return undefined;
      // A hub that is known to be gone is not asked by every Service.
      if (connection.lost) return this.#abandonOrWait(service, context);
      await hub.remove(uid, context.signal);
    } catch (error) {
      if (connection.failingFor === 0 && !connection.lost) throw error;
      return this.#abandonOrWait(service, context, error);
    }
  }

  /** Waits for the hub until the time is over; then the Service goes without it. */
  #abandonOrWait(service: Service, context: ReconcileContext, error?: unknown): Result | undefined {
    const { connection, hubUnreachableTimeout } = this.options;
    const remaining = hubUnreachableTimeout - connection.failingFor;
    if (remaining > 0) {
      // When the hub is only ill, the next try may succeed: the queue's backoff decides.
      if (!connection.lost) throw error;
      // Its return brings every Service back; the timer is for when it does not return.
      return { requeueAfter: remaining };
    }
    this.#tellAbandoned(service, context);
    return undefined;
  }

  /** The addresses to publish; a hub that has not looked at the object yet says nothing about them. */
  #published(service: Service): readonly LoadBalancerIngress[] | undefined {
    if (!this.options.plan.cloudProvider) return undefined;
    const status = this.options.hub.get(service.metadata.uid ?? "")?.status;
    const looked = status !== undefined && Object.keys(status).length > 0;
    const source = looked ? status.loadBalancer : service.status?.loadBalancer;
    return source?.ingress ?? [];
  }

  #isFromHub(service: Service): boolean {
    if (!this.options.plan.cloudProvider) return false;
    const status = this.options.hub.get(service.metadata.uid ?? "")?.status;
    if (status === undefined) return true;
    const ingress = service.status?.loadBalancer?.ingress ?? [];
    return sameAddresses(status.loadBalancer?.ingress ?? [], ingress);
  }

  async #writeStatus(
    service: Service,
    input: Omit<ServiceStatusInput, "now">,
    { signal }: ReconcileContext,
  ): Promise<Service> {
    const now = new Date(this.options.clock.now());
    const change = serviceStatusChange(service, { ...input, now });
    if (change === undefined) return service;
    const before = service.status?.conditions ?? [];
    const answer = await this.options.tenant.writeStatus(service, change, signal);
    for (const { reason, message } of [...input.skipped, ...input.problem ? [input.problem] : []]) {
      if (before.some((condition) => condition.message.includes(message))) continue;
      this.options.events.event(service, "Warning", reason, message);
    }
    return answer;
  }

  /** The user sees why the hub refuses: it is on his object, and he cannot read our log. */
  async #telling<T>(service: Service, request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      const { refusal } = this.options.connection;
      if (refusal !== undefined) {
        this.#tellRefusal(service, refusal);
        throw error;
      }
      const answered = isApiError(error) && error.status >= 400 && error.status < 500;
      if (answered && !isApiError(error, "Conflict", "TooManyRequests", "Timeout")) {
        const message = `the management cluster refuses: ${describeError(error)}`;
        this.options.events.event(service, "Warning", "SyncFailed", message);
      }
      throw error;
    }
  }

  /** The same words for every Service, which the recorder counts and does not repeat. */
  #tellRefusal(service: Service, refusal: string): void {
    const message = `the management cluster refuses: ${refusal}`;
    this.options.events.event(service, "Warning", "SyncFailed", message);
  }

  #tellMissing(service: Service, desired: LoadBalancer, missing: readonly string[]): void {
    const relevant = missing.filter((path) => matters(path, desired));
    if (relevant.length === 0) return;
    const message =
      `the management cluster does not know ${relevant.join(", ")} of LoadBalancer: ` +
      `it has no effect until its CustomResourceDefinitions are upgraded`;
    this.options.events.event(service, "Warning", "FieldNotSupported", message);
  }

  #tellAbandoned(service: Service, { log }: ReconcileContext): void {
    const seconds = Math.round(this.options.connection.failingFor / 1000);
    const message =
      `the management cluster could not be used for ${seconds} s: the Service is let ` +
      `go; what is left there is removed when it answers again`;
    log.warn(message);
    this.options.events.event(service, "Warning", "HubUnreachable", message);
  }
}
