/**
 * What the hub tells a tenant about itself.
 *
 * @module
 */
import type { TenantState, VersionInfo } from "../../../apis/kubelb/v1alpha1/mod.ts";
import { semanticEqual } from "../../../kube/semantic_equal.ts";

type TenantStateStatus = NonNullable<TenantState["status"]>;

/** The status; `lastUpdated` moves only when something else does, so that nothing is written idly. */
export function tenantStateStatus(
  before: TenantStateStatus | undefined,
  version: VersionInfo,
  loadBalancerDisabled: boolean,
  now: Date,
): TenantStateStatus {
  const said = { version, loadBalancer: { disable: loadBalancerDisabled } };
  const unchanged = semanticEqual(before?.version, said.version) &&
    (before?.loadBalancer?.disable ?? false) === loadBalancerDisabled;
  const time = now.toISOString().replace(/\.\d+Z$/, "Z");
  return { ...said, lastUpdated: unchanged && before?.lastUpdated ? before.lastUpdated : time };
}
