/**
 * A load balancer in a namespace that belongs to no Tenant.
 *
 * @module
 */
import {
  conditionReasons as reasons,
  conditionTypes as types,
  findCondition,
} from "../../../apis/kubelb/conditions.ts";
import { tenantOfNamespace } from "../../../apis/kubelb/names.ts";
import type { LoadBalancer } from "../../../apis/kubelb/v1alpha1/mod.ts";
import type { Condition } from "../../../apis/meta/v1.ts";
import type { Verdict } from "./load_balancer_status.ts";

/**
 * For how long the hub Service stays when the Tenant has gone, milliseconds. A restore brings
 * objects back kind by kind, LoadBalancers and Services before Tenants: without patience it would
 * cost every load balancer its address and ports.
 */
export const tenantPatience = 60_000;

/** What its condition says. */
export function tenantNotFound(namespace: string): Verdict {
  const tenant = tenantOfNamespace(namespace);
  const message = tenant === undefined
    ? `namespace ${namespace} is no tenant's: create load balancers in the namespace of a Tenant, ` +
      `tenant-<its name>`
    : `there is no Tenant ${tenant}: nothing is served in its namespace until it is created`;
  return { status: "False", reason: reasons.tenantNotFound, message };
}

/**
 * Milliseconds for which what the load balancer has is still kept. The condition tells since when
 * the Tenant is missing, to this leader and to the next.
 */
export function patienceLeft(loadBalancer: LoadBalancer, now: number): number {
  const said = findCondition(loadBalancer.status?.conditions, types.accepted);
  if (said?.reason !== reasons.tenantNotFound) return tenantPatience;
  const since = Date.parse(said.lastTransitionTime);
  return Math.min(tenantPatience, Math.max(0, since + tenantPatience - now));
}

/**
 * The conditions that a new status goes on from. Where the object was refused before, for another
 * reason, the condition would keep that time, which belongs to its status and not to the reason:
 * patience would be over before it began.
 */
export function atAbsence(conditions: readonly Condition[], acceptance: Verdict) {
  const before = findCondition(conditions, types.accepted)?.reason;
  const begins = acceptance.reason === reasons.tenantNotFound && before !== acceptance.reason;
  return begins ? conditions.filter(({ type }) => type !== types.accepted) : conditions;
}
