/**
 * A hub Service as a holder of listener ports and addresses.
 *
 * @module
 */
import type { Service } from "../../../apis/core/v1.ts";
import { keyOf } from "../../../apis/meta/v1.ts";
import type { PortOwner } from "../../../fleet/port_owner.ts";

/** Its age and uid decide when two Services claim the same. */
export function ownerOfService({ metadata }: Service): PortOwner {
  const created = Date.parse(metadata.creationTimestamp ?? "");
  return { name: keyOf(metadata), created, uid: metadata.uid ?? "" };
}
