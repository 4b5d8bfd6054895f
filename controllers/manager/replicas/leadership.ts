/**
 * Where the leading manager is: an annotation of the Lease that it holds.
 *
 * @module
 */
import { leaderAddressAnnotation } from "../../../apis/kubelb/names.ts";
import type { LeaseElection } from "../../../kube/lease_election.ts";
import type { Leadership } from "./leader_link.ts";

/** What the one that leads as `identity` puts on the Lease. */
export function leaderAnnotations(identity: string, address: string): Record<string, string> {
  return { [leaderAddressAnnotation]: `${identity} ${address}` };
}

/** Who leads, seen from the candidate `identity`. */
export function leadershipOf(
  election: Pick<LeaseElection, "holder" | "annotations" | "observations">,
  identity: string,
): Leadership {
  return {
    changes: election.observations,
    address() {
      const { holder, annotations } = election;
      if (holder === undefined || holder === identity) return undefined;
      const [named, address] = (annotations[leaderAddressAnnotation] ?? "").split(" ");
      // Another holder may have left the annotation of the one before.
      return named === holder ? address : undefined;
    },
  };
}
