/**
 * A hub Service, or its load balancer while it is missing, as a holder of listener ports and addresses.
 *
 * @module
 */
import type { Service } from "../../../apis/core/v1.ts";
import type { LoadBalancer } from "../../../apis/kubelb/v1alpha1/mod.ts";
import { keyOf } from "../../../apis/meta/v1.ts";
import type { PortOwner } from "../../../fleet/port_owner.ts";

/** Its age and uid decide when two claim the same. */
export function portOwnerOf({ metadata }: Service | LoadBalancer): PortOwner {
  const created = Date.parse(metadata.creationTimestamp ?? "");
  return { name: keyOf(metadata), created, uid: metadata.uid ?? "" };
}
