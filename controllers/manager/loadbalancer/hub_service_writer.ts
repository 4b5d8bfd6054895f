/**
 * Brings hub Services about: the doing beside `hub_service.ts`.
 *
 * @module
 */
import { type Service, services } from "../../../apis/core/v1.ts";
import { conditionReasons as reasons } from "../../../apis/kubelb/conditions.ts";
import { hubServiceName } from "../../../apis/kubelb/names.ts";
import { type LoadBalancer, loadBalancers } from "../../../apis/kubelb/v1alpha1/mod.ts";
import { isQualifiedName } from "../../../apis/meta/qualified_name.ts";
import { keyOf, parseKey } from "../../../apis/meta/v1.ts";
import type { Counter, Registry } from "../../../base/metrics.ts";
import type { PortConflict } from "../../../fleet/fleet_ports.ts";
import { adoptedManagedFields, managedFieldsPatch } from "../../../kube/adoption.ts";
import { isApiError } from "../../../kube/api_error.ts";
import type { ApplyOptions, KubeClient } from "../../../kube/client.ts";
import type { ReconcileContext } from "../../../kube/controller.ts";
import type { EventRecorder } from "../../../kube/event_recorder.ts";
import { counter } from "../../../kube/metric.ts";
import type { ObjectCache } from "../../../kube/object_cache.ts";
import { controllerOf, isControlledBy } from "../../../kube/owner_reference.ts";
import type { LiveSettings } from "../config/live_settings.ts";
import type { TenantSettings } from "../config/tenant_settings.ts";
import { hubServiceOf, loadBalancerKeyOf } from "../hub/hub_caches.ts";
import { loadBalancerFieldManager, ownedAnnotations } from "../hub/owned_fields.ts";
import type { FrontPort } from "./front_ports.ts";
import type { HubPorts, PortAssignment } from "./hub_ports.ts";
import { desiredHubService, type RuntimeKind } from "./hub_service.ts";
import { hubServiceDifferences, mustBeRecreated } from "./hub_service_difference.ts";
import type { Verdict } from "./load_balancer_status.ts";
import { conflictVerdict, describeConflicts } from "./port_conflict.ts";
import { tooManyPorts } from "./too_many_ports.ts";

/** What the writer works with. */
export interface HubServiceWriterOptions {
  readonly client: Pick<KubeClient, "apply" | "delete" | "get" | "patch">;
  readonly services: ObjectCache<Service>;
  readonly ports: HubPorts;
  readonly settings: Pick<LiveSettings, "serviceFamilies">;
  readonly runtime: RuntimeKind;
  readonly events: EventRecorder;
  readonly metrics: Registry;
}

/** What came of bringing the hub Service about. */
export type ServiceOutcome =
  & (
    | { readonly kind: "ready"; readonly service: Service }
    /** The object cannot be served; `retryAfter` in milliseconds. */
    | { readonly kind: "refused"; readonly verdict: Verdict; readonly retryAfter?: number }
    /** Another event will come. */
    | { readonly kind: "wait" }
  )
  & {
    /** See {@linkcode conflictVerdict}. */
    readonly portConflict?: Verdict | undefined;
  };

/** The one part that writes hub Services of load balancers. */
export class HubServiceWriter {
  readonly #healed: Counter;

  constructor(private readonly options: HubServiceWriterOptions) {
    this.#healed = counter(options.metrics, {
      name: "kubelb_manager_port_allocator_collisions_healed_total",
      help: "Listener ports that two objects held and the younger one has given up.",
      labelNames: [],
    });
  }

  /** The hub Service, if it was made for this load balancer. */
  own(loadBalancer: LoadBalancer): Service | undefined {
    return hubServiceOf(this.options.services, loadBalancer);
  }

  /** Makes the hub Service what it should be; writes only when it is not. */
  async bring(
    loadBalancer: LoadBalancer,
    ports: readonly FrontPort[],
    settings: TenantSettings,
    context: ReconcileContext,
  ): Promise<ServiceOutcome> {
    const { runtime } = this.options;
    const { namespace, name } = loadBalancer.metadata;
    const present = this.options.services.get(`${namespace}/${hubServiceName(name)}`);
    if (present?.metadata.deletionTimestamp) return { kind: "wait" };
    if (present && this.own(loadBalancer) === undefined) return inTheWay(present);
    const assignment = this.options.ports.assign(loadBalancer, ports, present);
    const { conflicts } = assignment;
    if (assignment.kind === "exhausted") {
      return { ...exhausted(assignment), portConflict: conflictVerdict(conflicts, false) };
    }
    const { targetPorts } = assignment;
    const families = this.options.settings.serviceFamilies;
    const input = { loadBalancer, ports, targetPorts, settings, runtime, families };
    const desired = desiredHubService(input);
    const recreate = present !== undefined && mustBeRecreated(desired, present);
    // Its successor would be refused; the address would be lost for nothing.
    if (recreate && !hasPossibleClass(desired)) return impossibleClass(desired);
    if (present && (isStale(present, loadBalancer) || recreate)) {
      await this.delete(loadBalancer, context);
      return { kind: "wait" };
    }
    const differences = present
      ? hubServiceDifferences(desired, present, ownedAnnotations(present))
      : ["it is missing"];
    if (present && differences.length === 0) return { kind: "ready", service: present };
    const outcome = await this.#apply(desired, context, differences);
    const healed = outcome.kind === "ready";
    if (healed) this.#tellHealed(loadBalancer, conflicts, context);
    return { ...outcome, portConflict: conflictVerdict(conflicts, healed) };
  }

  async #apply(
    desired: Service,
    { signal, log }: ReconcileContext,
    differences: readonly string[],
  ): Promise<ServiceOutcome> {
    const { client, services: cache } = this.options;
    log.debug("writing the hub Service", { service: desired.metadata.name, differences });
    try {
      const options = { fieldManager: loadBalancerFieldManager, signal };
      let service = await this.#applyOrAdopt(desired, options);
      if (isIncomplete(desired, service) && await this.#adopt(service, signal)) {
        service = await client.apply(services, desired, options);
      }
      cache.observe(service);
      return { kind: "ready", service };
    } catch (error) {
      // The API server says what is wrong with it, and it will not change its mind by itself.
      if (!isApiError(error, "Invalid")) throw error;
      const message = `the hub refuses the Service: ${error.message}`;
      return { kind: "refused", verdict: { status: "False", reason: reasons.invalid, message } };
    }
  }

  /**
   * Applies; a port of another owner can make that invalid, as when it has the name that a port of
   * another number is to have. It goes once it is ours.
   */
  async #applyOrAdopt(desired: Service, options: ApplyOptions): Promise<Service> {
    const { client } = this.options;
    try {
      return await client.apply(services, desired, options);
    } catch (error) {
      if (!isApiError(error, "Invalid")) throw error;
      const { signal } = options;
      // Not from the cache, which does not keep who owns what.
      const actual = await client.get(services, desired.metadata, { signal });
      if (actual === undefined || !await this.#adopt(actual, signal)) throw error;
      return await client.apply(services, desired, options);
    }
  }

  /** Makes the fields of upstream's manager ours, so that those no longer wanted can go. */
  async #adopt(service: Service, signal: AbortSignal | undefined): Promise<boolean> {
    const { client } = this.options;
    const fields = adoptedManagedFields(service, loadBalancerFieldManager, ["spec", "ports"]);
    if (fields === undefined) return false;
    const json = managedFieldsPatch(service, fields);
    await client.patch(services, service.metadata, { json }, { signal });
    return true;
  }

  #tellHealed(
    loadBalancer: LoadBalancer,
    conflicts: readonly PortConflict[],
    { log }: ReconcileContext,
  ): void {
    if (conflicts.length === 0) return;
    this.#healed.inc(conflicts.length);
    const message = `${describeConflicts(conflicts)}; a new one was assigned`;
    log.warn("a listener port was given up", { conflicts: describeConflicts(conflicts) });
    this.options.events.event(loadBalancer, "Warning", reasons.portConflict, message);
  }

  /** Deletes the hub Service, if there is one. */
  async delete(loadBalancer: LoadBalancer, { signal }: ReconcileContext): Promise<void> {
    const service = this.own(loadBalancer);
    if (service === undefined || service.metadata.deletionTimestamp) return;
    const { uid } = service.metadata;
    await this.options.client.delete(services, service.metadata, { uid, signal });
  }

  /**
   * Deletes a hub Service whose load balancer is gone. One that was written a moment before the load
   * balancer went may have been missing in the cache then; the garbage collector would take it too,
   * but a minute later, and its address and ports with it.
   */
  async deleteOrphan(key: string, { signal, log }: ReconcileContext): Promise<void> {
    const { client, services: cache } = this.options;
    const { namespace = "", name } = parseKey(key);
    const service = cache.get(`${namespace}/${hubServiceName(name)}`);
    if (service === undefined || service.metadata.deletionTimestamp) return;
    if (loadBalancerKeyOf(service) !== key) return;
    // The Service's event may have overtaken that of a load balancer which another replica serves.
    if (await client.get(loadBalancers, { namespace, name }, { signal })) return;
    log.info("deleting a hub Service without a load balancer", { service: service.metadata.name });
    await client.delete(services, service.metadata, { uid: service.metadata.uid, signal });
  }
}

/** Whether something that is not wanted has stayed: only its owner can take it away. */
function isIncomplete(desired: Service, applied: Service): boolean {
  return hubServiceDifferences(desired, applied, ownedAnnotations(applied)).length > 0;
}

/** Made for an earlier load balancer of the same name; the garbage collector is about to come. */
function isStale(service: Service, loadBalancer: LoadBalancer): boolean {
  return controllerOf(service) !== undefined && !isControlledBy(service, loadBalancer);
}

function hasPossibleClass({ spec: { loadBalancerClass: name } }: Service): boolean {
  return name === undefined || isQualifiedName(name);
}

function impossibleClass({ spec }: Service): ServiceOutcome {
  const message = `the hub's operator has set the class "${spec.loadBalancerClass}" (Config or ` +
    `Tenant), which no Service can have; the Service that is there stays as it is`;
  return { kind: "refused", verdict: { status: "False", reason: reasons.invalid, message } };
}

function inTheWay({ metadata }: Service): ServiceOutcome {
  const message = `Service ${keyOf(metadata)} exists and was not made for this load balancer: ` +
    `delete or rename it`;
  return {
    kind: "refused",
    verdict: { status: "False", reason: reasons.serviceConflict, message },
  };
}

type Exhausted = Extract<PortAssignment, { readonly kind: "exhausted" }>;

function exhausted({ missing, most, retryAfter }: Exhausted): ServiceOutcome {
  const verdict: Verdict = most === undefined
    ? {
      status: "False",
      reason: reasons.portRangeExhausted,
      message: `${missing} more listener ports are needed than the range has free (a freed port ` +
        `rests for 10 minutes): delete load balancers or widen the range (envoyProxy.portRange ` +
        `of the Config, else --port-range)`,
    }
    : tooManyPorts(
      `${missing} more listener ports are needed than are left of the ${most} that the tenant's ` +
        `Envoy has file descriptors for`,
    );
  // Ports are freed by other objects, whose events do not reach this key.
  return { kind: "refused", verdict, retryAfter: Math.min(retryAfter ?? 30_000, 30_000) };
}
