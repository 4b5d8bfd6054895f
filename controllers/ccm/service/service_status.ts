/**
 * The status of a tenant's Service as KubeLB wants it. Pure.
 *
 * @module
 */
import type { LoadBalancerIngress, Service } from "../../../apis/core/v1.ts";
import type { Condition } from "../../../apis/meta/v1.ts";
import { type NewCondition, setCondition } from "../../../apis/kubelb/conditions.ts";
import { semanticEqual } from "../../../kube/semantic_equal.ts";
import type { HubProblem } from "./hub_problem.ts";
import type { SkippedPort } from "./service_ports.ts";

/**
 * Tells the user about ports that are not served: False when none is, True with reason
 * `PortsSkipped` when some are. Absent when there is nothing to tell.
 */
export const acceptedCondition = "kubelb.k8c.io/Accepted";

/** False, with the hub's reason, while the hub cannot do what the Service asks; otherwise absent. */
export const servedCondition = "kubelb.k8c.io/Served";

/** Whether the CCM writes the condition. */
export function isOwnCondition({ type }: Pick<Condition, "type">): boolean {
  return type === acceptedCondition || type === servedCondition;
}

/** The fields of `status` that the CCM owns; `ingress` is absent where it is another's. */
export interface OwnStatus {
  readonly loadBalancer?: { readonly ingress: LoadBalancerIngress[] };
  readonly conditions?: Condition[];
}

/** What the status should say. */
export interface ServiceStatusInput {
  /** Addresses from the hub; `undefined` when another implementation owns them. */
  readonly ingress: readonly LoadBalancerIngress[] | undefined;
  readonly skipped: readonly SkippedPort[];
  /** Whether any port is served. */
  readonly served: boolean;
  /** What the hub says is wrong. */
  readonly problem?: HubProblem | undefined;
  readonly now: Date;
}

/** The status to apply, or `undefined` when the Service already says it. */
export function serviceStatusChange(
  service: Service,
  input: ServiceStatusInput,
): OwnStatus | undefined {
  const present = (service.status?.conditions ?? []).filter(isOwnCondition);
  const conditions = ownConditions(service, present, input);
  const ingress = input.ingress?.map((point) => ({ ...point }));
  const sameIngress = ingress === undefined ||
    sameAddresses(ingress, service.status?.loadBalancer?.ingress ?? []);
  if (sameIngress && semanticEqual(conditions, present)) return undefined;
  return {
    ...(ingress && { loadBalancer: { ingress } }),
    ...(conditions.length > 0 && { conditions }),
  };
}

/** Equality as the API server sees it: it fills in `ipMode: VIP` beside an IP, the hub does not. */
export function sameAddresses(
  left: readonly LoadBalancerIngress[],
  right: readonly LoadBalancerIngress[],
): boolean {
  return semanticEqual(left.map(withDefaults), right.map(withDefaults));
}

function withDefaults(point: LoadBalancerIngress): LoadBalancerIngress {
  return point.ip && !point.ipMode ? { ...point, ipMode: "VIP" } : point;
}

/** What there is to tell, in a fixed order; a condition that is still true keeps its time. */
function ownConditions(
  service: Service,
  present: readonly Condition[],
  input: ServiceStatusInput,
): Condition[] {
  const { generation } = service.metadata;
  const said = [acceptance(input), problem(input)].flatMap((condition) => condition ?? []);
  return said.flatMap((condition) => {
    const before = present.filter(({ type }) => type === condition.type);
    const next = {
      ...condition,
      ...(generation !== undefined && { observedGeneration: generation }),
    };
    return setCondition(before, next, input.now);
  });
}

function acceptance({ skipped, served }: ServiceStatusInput): NewCondition | undefined {
  const first = skipped[0];
  return first && {
    type: acceptedCondition,
    status: served ? "True" : "False",
    reason: served ? "PortsSkipped" : first.reason,
    message: skipped.map(({ message }) => message).join("; "),
  };
}

function problem({ problem }: ServiceStatusInput): NewCondition | undefined {
  return problem && { type: servedCondition, status: "False", ...problem };
}
