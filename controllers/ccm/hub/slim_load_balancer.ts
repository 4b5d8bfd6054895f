/**
 * What the CCM remembers of the hub's LoadBalancers. Pure.
 *
 * @module
 */
import type { LoadBalancer } from "../../../apis/kubelb/v1alpha1/mod.ts";
import { fieldManager } from "../field_manager.ts";
import { slimManagedFields } from "../owned_fields.ts";

/**
 * Keeps what is written (to compare), who wrote it, and of the status the addresses and what is
 * wrong. A status that exists stays an object, possibly empty of all but a mark: that the hub has
 * looked counts.
 */
export function slimLoadBalancer(object: LoadBalancer): LoadBalancer {
  const slim = slimManagedFields(object, fieldManager);
  if (slim.status === undefined || Object.keys(slim.status).length === 0) return slim;
  const { loadBalancer, observedGeneration = 0 } = slim.status;
  const conditions = slim.status.conditions?.filter(({ status }) => status === "False") ?? [];
  const status = {
    observedGeneration,
    ...(loadBalancer && { loadBalancer }),
    ...(conditions.length > 0 && { conditions }),
  };
  return { ...slim, status };
}
