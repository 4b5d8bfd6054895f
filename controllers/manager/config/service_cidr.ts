/**
 * `networking.k8s.io/v1` ServiceCIDR: the ranges of a cluster's Service addresses.
 *
 * @module
 */
import { type KubeObject, resourceType } from "../../../apis/meta/v1.ts";

/** One set of ranges. */
export interface ServiceCidr extends KubeObject {
  spec?: { cidrs?: string[] };
}

/** ServiceCIDRs; served by API servers from 1.33 on. */
export const serviceCidrs = resourceType<ServiceCidr>(
  "networking.k8s.io",
  "v1",
  "ServiceCIDR",
  "servicecidrs",
  false,
);
