/**
 * The status of a tenant's Service as KubeLB wants it. Pure.
 *
 * @module
 */
import type { LoadBalancerIngress, Service } from "../../../apis/core/v1.ts";
import type { Condition } from "../../../apis/meta/v1.ts";
import { setCondition } from "../../../apis/kubelb/conditions.ts";
import { semanticEqual } from "../../../kube/semantic_equal.ts";
import type { SkippedPort } from "./service_ports.ts";

/**
 * Tells the user about ports that are not served: False when none is, True with reason
 * `PortsSkipped` when some are. Absent when there is nothing to tell.
 */
export const acceptedCondition = "kubelb.k8c.io/Accepted";

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
  readonly now: Date;
}

/** The status to apply, or `undefined` when the Service already says it. */
export function serviceStatusChange(
  service: Service,
  input: ServiceStatusInput,
): OwnStatus | undefined {
  const present = service.status?.conditions?.find(({ type }) => type === acceptedCondition);
  const condition = acceptance(service, present, input);
  const ingress = input.ingress?.map((point) => ({ ...point }));
  const sameIngress = ingress === undefined ||
    sameAddresses(ingress, service.status?.loadBalancer?.ingress ?? []);
  if (sameIngress && semanticEqual(condition, present)) return undefined;
  return {
    ...(ingress && { loadBalancer: { ingress } }),
    ...(condition && { conditions: [condition] }),
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

function acceptance(
  service: Service,
  present: Condition | undefined,
  { skipped, served, now }: ServiceStatusInput,
): Condition | undefined {
  const first = skipped[0];
  if (first === undefined) return undefined;
  const { generation } = service.metadata;
  const [condition] = setCondition(present ? [present] : [], {
    type: acceptedCondition,
    status: served ? "True" : "False",
    reason: served ? "PortsSkipped" : first.reason,
    message: skipped.map(({ message }) => message).join("; "),
    ...(generation !== undefined && { observedGeneration: generation }),
  }, now);
  return condition;
}
