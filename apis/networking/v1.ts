/**
 * `networking.k8s.io/v1`: the ranges of a cluster's Services.
 *
 * @module
 */

import { type KubeObject, resourceType } from "../meta/v1.ts";

/** Ranges from which Services get their cluster IPs; the first of a cluster is named `kubernetes`. */
export interface ServiceCIDR extends KubeObject {
  spec?: {
    /** At most one per address family. */
    cidrs?: string[];
  };
}

/** ServiceCIDRs; served from Kubernetes 1.33 on. */
export const serviceCIDRs = resourceType<ServiceCIDR>(
  "networking.k8s.io",
  "v1",
  "ServiceCIDR",
  "servicecidrs",
  false,
);
