/**
 * One tenant of the hub belongs to one cluster. Pure.
 *
 * Two clusters that write to one tenant would delete each other's objects in turn, so the first
 * records who it is, and others are refused until someone says that they take over (design §2.2).
 *
 * @module
 */
import type { Addresses } from "../../../apis/kubelb/v1alpha1/mod.ts";

/** On `Addresses/default` in the hub: the UID of the namespace `kube-system` of the tenant cluster. */
export const clusterUidAnnotation = "kubelb.k8c.io/cluster-uid";

/**
 * What this cluster may do in the hub.
 *
 * - `unknown`: we do not know yet who we are or what the hub holds; nothing is written.
 * - `anonymous`: this cluster's UID cannot be read; everything but the sweep works.
 * - `unclaimed`: nobody has recorded anything; we write, and will record ourselves.
 * - `held`: ours. Only now may objects without an origin be swept.
 * - `refused`: another cluster's; nothing is written.
 */
export type ClusterHold =
  | { readonly kind: "unknown" | "anonymous" | "unclaimed" | "held" }
  | { readonly kind: "refused"; readonly holder: string };

/** What is known at a moment. */
export interface ClusterHoldInput {
  /** UID of our `kube-system`; `anonymous` when it may not be read, `undefined` when not yet. */
  readonly clusterUid: string | undefined;
  readonly addressesSynced: boolean;
  readonly addresses: Addresses | undefined;
  readonly takeOver: boolean;
}

/** Stands for a UID that cannot be read for want of a permission. */
export const anonymousCluster = "anonymous";

/** Decides from what the hub holds. */
export function clusterHold(input: ClusterHoldInput): ClusterHold {
  const { clusterUid, addressesSynced, addresses, takeOver } = input;
  if (clusterUid === undefined || !addressesSynced) return { kind: "unknown" };
  const holder = addresses?.metadata.annotations?.[clusterUidAnnotation];
  if (clusterUid === anonymousCluster) {
    return holder === undefined || takeOver ? { kind: "anonymous" } : { kind: "refused", holder };
  }
  if (holder === clusterUid) return { kind: "held" };
  return holder === undefined || takeOver ? { kind: "unclaimed" } : { kind: "refused", holder };
}

/** Whether objects may be written to the hub. */
export function mayWrite(hold: ClusterHold): boolean {
  return hold.kind === "held" || hold.kind === "unclaimed" || hold.kind === "anonymous";
}
