/**
 * The hub's own addresses, which no tenant may name as endpoints.
 *
 * @module
 */
import type { Node, Service } from "../../../apis/core/v1.ts";
import type { EndpointSlice } from "../../../apis/discovery/v1.ts";
import type { ServiceCIDR } from "../../../apis/networking/v1.ts";
import { parseIp } from "../endpoint_guard/cidr.ts";

/** What the hub says about itself. */
export interface HubFacts {
  /** URL by which this manager reaches the API server. */
  readonly server: string;
  /** EndpointSlices of Service `default/kubernetes`: the API servers. */
  readonly apiServers: readonly EndpointSlice[];
  /** Service `default/kubernetes`. */
  readonly kubernetes: Service | undefined;
  /** `networking.k8s.io/v1` ServiceCIDRs; empty on API servers that do not have them. */
  readonly serviceCidrs: readonly ServiceCIDR[];
  readonly nodes: readonly Node[];
}

/** The ranges, sorted, each once. */
export function hubCidrs(facts: HubFacts): string[] {
  const { apiServers, kubernetes, serviceCidrs, nodes } = facts;
  const cidrs = [
    ...serverAddresses(facts.server),
    ...apiServers.flatMap(({ endpoints }) => endpoints ?? []).flatMap(({ addresses }) => addresses),
    ...kubernetes?.spec.clusterIPs ?? [],
    ...serviceCidrs.flatMap(({ spec }) => spec?.cidrs ?? []),
    ...nodes.flatMap(({ spec }) => spec?.podCIDRs ?? spec?.podCIDR ?? []),
  ];
  return [...new Set(cidrs)].sort();
}

/** The host of the URL, when it is an address; a name may mean anything tomorrow. */
function serverAddresses(server: string): string[] {
  const host = URL.parse(server)?.hostname.replace(/^\[|\]$/g, "") ?? "";
  return parseIp(host) === undefined ? [] : [host];
}
