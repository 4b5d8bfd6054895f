/**
 * Which address families Services of the hub can have.
 *
 * @module
 */
import type { IPFamily } from "../../../apis/core/v1.ts";
import { parseIp } from "../endpoint_guard/cidr.ts";
import type { HubFacts } from "./hub_cidrs.ts";

/**
 * Those of the cluster's Service ranges, the default first. An API server without ServiceCIDRs
 * (before 1.33) tells of one only: the address of Service `kubernetes`.
 */
export function serviceFamilies(
  { kubernetes, serviceCidrs }: Pick<HubFacts, "kubernetes" | "serviceCidrs">,
): IPFamily[] {
  const known = [
    ...kubernetes?.spec.clusterIPs ?? [],
    ...serviceCidrs.flatMap(({ spec }) => spec?.cidrs ?? []),
  ];
  return [...new Set(known.flatMap(familyOf))];
}

function familyOf(range: string): IPFamily[] {
  const address = parseIp(range.split("/")[0]!);
  if (address === undefined) return [];
  return [address.kind() === "ipv4" ? "IPv4" : "IPv6"];
}
