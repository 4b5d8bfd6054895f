/**
 * `coordination.k8s.io/v1`: the Lease behind leader election.
 *
 * @module
 */

import { type KubeObject, resourceType } from "../meta/v1.ts";

/** Who holds the lease and until when. Times are RFC 3339 with microseconds. */
export interface LeaseSpec {
  holderIdentity?: string;
  leaseDurationSeconds?: number;
  acquireTime?: string;
  renewTime?: string;
  leaseTransitions?: number;
}

/** A Lease. */
export interface Lease extends KubeObject {
  spec?: LeaseSpec;
}

/** Leases. */
export const leases = resourceType<Lease>("coordination.k8s.io", "v1", "Lease", "leases", true);
