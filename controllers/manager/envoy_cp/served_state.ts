/**
 * What is served for one load balancer, and how it follows from a decision. Pure.
 *
 * @module
 */
import type { Service } from "../../../apis/core/v1.ts";
import type { LoadBalancer } from "../../../apis/kubelb/v1alpha1/mod.ts";
import type { L4Service } from "../../../envoy/translate/l4_service.ts";
import type { Resource } from "../../../envoy/xds/resource.ts";
import type { ResourceName } from "../../../envoy/xds/withheld_names.ts";
import type { EndpointGuard } from "../endpoint_guard/endpoint_guard.ts";
import { type Evaluation, guarded } from "./evaluation.ts";
import { resourceNamesOf, resourcesOf } from "./resources.ts";

/** What was decided and put into the store for one load balancer. */
export interface ServedState {
  /** Absent when the spec is invalid; the last good configuration is then still served. */
  readonly evaluation: Evaluation | undefined;
  readonly services: readonly L4Service[];
  readonly resources: readonly Resource[];
  /**
   * Names that Envoys may hold from an earlier manager, and keep: the last good configuration is to
   * stay, and this process has never seen it. Only where `resources` is empty.
   *
   * The endpoint guard cannot look at content that is not known. It had allowed it when that was
   * translated; ranges that are denied meanwhile take effect as soon as the object resolves, and
   * deleting the LoadBalancer ends it at once.
   */
  readonly withheld: readonly ResourceName[];
  /** `metadata.generation` that was looked at. */
  readonly generation: number;
  /** Monotonic milliseconds at which the resources last changed. */
  readonly since: number;
}

/** What {@linkcode nextState} goes by. */
export interface NextStateInput {
  readonly loadBalancer: LoadBalancer;
  readonly hubService: Service | undefined;
  /** Absent when nothing can be decided. */
  readonly evaluation: Evaluation | undefined;
  /** Its Envoy has no room for it, not even for what a spec that is invalid now has asked for. */
  readonly refused: boolean;
  readonly before: ServedState | undefined;
  readonly guard: EndpointGuard;
  /** Monotonic milliseconds. */
  readonly now: number;
}

/** What is to be served from now on: what was decided, else what was before. */
export function nextState(input: NextStateInput): ServedState {
  const { loadBalancer: { metadata }, hubService, evaluation, refused, before, guard, now } = input;
  const decided = evaluation?.kind === "serve" ? evaluation.services : refused ? [] : undefined;
  const services = decided ?? guarded(before?.services ?? [], guard);
  const resources = resourcesOf(services, before);
  const unchanged = before !== undefined && sameContent(before.resources, resources);
  return {
    evaluation,
    services,
    resources,
    withheld: decided || services.length > 0 ? [] : resourceNamesOf(metadata, hubService),
    generation: metadata.generation ?? 0,
    since: unchanged ? before.since : now,
  };
}

function sameContent(before: readonly Resource[], after: readonly Resource[]): boolean {
  return before.length === after.length &&
    before.every(({ name, version }, at) =>
      name === after[at]!.name && version === after[at]!.version
    );
}
