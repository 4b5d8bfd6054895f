/**
 * What the CCM knows of the hub from how its calls end. Pure.
 *
 * @module
 */
import { ApiError, type ApiErrorReason } from "../../../kube/api_error.ts";
import type { HubOperation } from "../ccm_metrics.ts";

/** Why the hub will have nothing of us. */
export type RefusalReason = "Unauthorized" | "Forbidden" | "NamespaceGone";

/**
 * - `usable`: the last call was answered.
 * - `failing`: the hub answers, but not as it should; the next call may succeed.
 * - `silent`: there was no answer; every other call would have none.
 * - `refusing`: the hub answers and refuses us altogether: the tenant was deleted there, or the
 *   credential is no longer its own. Every other call would be refused.
 *
 * `since` is when the hub was last of use, on the monotonic clock.
 */
export type HubState =
  | { readonly kind: "usable" }
  | { readonly kind: "failing" | "silent"; readonly since: number }
  | { readonly kind: "refusing"; readonly reason: RefusalReason; readonly since: number };

/** Failures that say nothing about the request. */
const failures: readonly ApiErrorReason[] = ["ServerError", "Forbidden", "ResourceMissing"];

/** What is known after a call. `error` is absent when the call succeeded. */
export function afterCall(
  state: HubState,
  operation: HubOperation,
  error: unknown,
  now: number,
): HubState {
  // Our own end, or our own fault: it says nothing about the hub.
  if (error !== undefined && !(error instanceof ApiError)) return state;
  const since = state.kind === "usable" ? now : state.since;
  const reason = error?.reason;
  if (reason === "Unreachable" || reason === "Timeout") return { kind: "silent", since };
  if (reason === "Unauthorized" || reason === "NamespaceGone") {
    return { kind: "refusing", reason, since };
  }
  // Who may not even read may do nothing; a single verb may be missing, or a quota be used up.
  if (reason === "Forbidden" && operation === "get") return { kind: "refusing", reason, since };
  // A namespace that is gone, or going, can be read; only something new shows that it is back.
  const creates = operation === "create" || operation === "update";
  const gone = state.kind === "refusing" && state.reason === "NamespaceGone";
  if (reason !== undefined && failures.includes(reason)) {
    const unclear = gone && creates && reason === "Forbidden"; // not for the namespace's sake
    return state.kind === "usable" || unclear ? { kind: "failing", since } : state;
  }
  return gone && !creates ? state : { kind: "usable" };
}

/** Says what is wrong and what to do; for log, events and `/readyz`. */
export function hubRefusalText(
  reason: RefusalReason,
  { namespace, source }: { readonly namespace: string; readonly source: string },
): string {
  switch (reason) {
    case "Unauthorized":
      return `the hub does not accept the credential in ${source}: was the tenant deleted there, or ` +
        `its token replaced? Replace the file by the kubeconfig that the hub has now (Secret ` +
        `kubelb-ccm-kubeconfig in namespace ${namespace}); it takes effect without a restart`;
    case "Forbidden":
      return `the credential in ${source} may do nothing in namespace "${namespace}" of the hub: ` +
        `was the tenant deleted there, or is the kubeconfig another tenant's (--cluster-name)?`;
    case "NamespaceGone":
      return `namespace "${namespace}" does not exist in the hub, or is being deleted: was the ` +
        `tenant deleted there? If it is created again, it has a new kubeconfig`;
  }
}
