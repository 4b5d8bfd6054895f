/**
 * The status of a Tenant.
 *
 * @module
 */
import { conditionReasons, conditionTypes, setCondition } from "../../../apis/kubelb/conditions.ts";
import type { Tenant, TenantStatus } from "../../../apis/kubelb/v1alpha1/mod.ts";

/** How far a tenant is. */
export type TenantProgress =
  /** Everything is there. */
  | { readonly phase: "Ready" }
  /** Something that others make is awaited. */
  | { readonly phase: "Pending"; readonly message: string }
  /** It cannot be done; `reason` is a condition's. */
  | { readonly phase: "Failed"; readonly reason: string; readonly message: string }
  | { readonly phase: "Terminating"; readonly message: string };

/** The status that says so. */
export function tenantStatus(tenant: Tenant, progress: TenantProgress, now: Date): TenantStatus {
  const observedGeneration = tenant.metadata.generation ?? 0;
  const ready = progress.phase === "Ready";
  const conditions = setCondition(tenant.status?.conditions, {
    type: conditionTypes.ready,
    status: ready ? "True" : "False",
    observedGeneration,
    reason: reasonOf(progress),
    message: "message" in progress ? progress.message : "namespace and credentials are in place",
  }, now);
  return { observedGeneration, phase: progress.phase, conditions: [...conditions] };
}

function reasonOf(progress: TenantProgress): string {
  switch (progress.phase) {
    case "Ready":
      return conditionReasons.reconciled;
    case "Pending":
      return conditionReasons.pending;
    case "Terminating":
      return conditionReasons.terminating;
    case "Failed":
      return progress.reason;
  }
}
