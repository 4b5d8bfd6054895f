/**
 * Which addresses of a tenant's nodes receive traffic. Pure.
 *
 * @module
 */
import ipaddr from "ipaddr.js";
import type { Node } from "../../../apis/core/v1.ts";
import type { EndpointAddress } from "../../../apis/kubelb/v1alpha1/mod.ts";

/** Which kind of node address the hub can reach; `--node-address-type`. */
export const nodeAddressTypes = ["ExternalIP", "InternalIP", "Hostname"] as const;
export type NodeAddressType = (typeof nodeAddressTypes)[number];

/** Users take nodes out of load balancing with this label; its value does not matter. */
export const excludeLabel = "node.kubernetes.io/exclude-from-external-load-balancers";

/** The cluster autoscaler puts this taint on a node that it is about to delete. */
export const deletionTaint = "ToBeDeletedByClusterAutoscaler";

/** Why there are no addresses. `Empty` is a cluster that has no nodes yet. */
export type NodeTrouble = "Empty" | "NoNodes" | "NoNodeReady" | "NoAddressOfType";

/**
 * What the hub should hold.
 *
 * - `addresses`: exactly these.
 * - `keep`: whatever it holds now. To write nothing at all would turn one bad moment (no node ready)
 *   into an outage of everything, and the hub's schema wants at least one address.
 */
export type NodeAddressesResult =
  | { readonly kind: "addresses"; readonly addresses: readonly EndpointAddress[] }
  | {
    readonly kind: "keep";
    readonly reason: NodeTrouble;
    readonly message: string;
    /** One of the nodes that it is about, for an event. */
    readonly node?: Node;
  };

/**
 * Chooses the addresses of all ready nodes that take part in load balancing: without duplicates,
 * IPv4 before IPv6 before host names, each sorted, so that the same nodes give the same list.
 *
 * Both families are kept: the hub may reach a node over either.
 */
export function nodeAddresses(
  nodes: Iterable<Node>,
  addressType: NodeAddressType,
): NodeAddressesResult {
  const all = [...nodes];
  if (all.length === 0) return keep("Empty", "there are no nodes");
  const eligible = all.filter(takesPart);
  if (eligible.length === 0) {
    return keep(
      "NoNodes",
      "no node takes part in load balancing: all are being deleted or excluded",
    );
  }
  const ready = eligible.filter(isReady);
  if (ready.length === 0) {
    return keep(
      "NoNodeReady",
      `none of ${eligible.length} nodes is ready: the last addresses stay`,
      eligible[0],
    );
  }
  const addresses = collect(ready, addressType);
  if (addresses.length > 0) return { kind: "addresses", addresses };
  return keep(
    "NoAddressOfType",
    `none of ${ready.length} ready nodes has an address of type ${addressType}: choose another ` +
      `with --node-address-type (they have ${typesOf(ready)})`,
    ready[0],
  );
}

function keep(
  reason: NodeTrouble,
  message: string,
  node?: Node,
): NodeAddressesResult {
  return { kind: "keep", reason, message, ...(node && { node }) };
}

function takesPart(node: Node): boolean {
  return node.metadata.deletionTimestamp === undefined &&
    node.metadata.labels?.[excludeLabel] === undefined &&
    !(node.spec?.taints ?? []).some((taint) => taint.key === deletionTaint);
}

function isReady(node: Node): boolean {
  return (node.status?.conditions ?? []).some((condition) =>
    condition.type === "Ready" && condition.status === "True"
  );
}

function typesOf(nodes: readonly Node[]): string {
  const types = nodes.flatMap((node) => (node.status?.addresses ?? []).map(({ type }) => type));
  return types.length === 0 ? "none" : [...new Set(types)].sort().join(", ");
}

interface Candidate {
  /** Sorts IPv4 (4) before IPv6 (16) before host names. */
  readonly rank: number;
  /** Bytes as characters: comparing these strings compares the bytes. */
  readonly order: string;
  readonly address: EndpointAddress;
}

function collect(nodes: readonly Node[], addressType: NodeAddressType): EndpointAddress[] {
  const found = new Map<string, Candidate>();
  for (const node of nodes) {
    for (const { type, address } of node.status?.addresses ?? []) {
      const candidate = type === addressType ? parse(address, addressType) : undefined;
      if (candidate !== undefined) found.set(`${candidate.rank}/${candidate.order}`, candidate);
    }
  }
  return [...found.values()].sort(compare).map(({ address }) => address);
}

/** Host names count only where they were asked for; elsewhere they are a provider's mistake. */
function parse(text: string, addressType: NodeAddressType): Candidate | undefined {
  if (ipaddr.isValid(text) && (text.includes(":") || ipaddr.IPv4.isValidFourPartDecimal(text))) {
    const ip = ipaddr.parse(text);
    const bytes = ip.toByteArray();
    const order = String.fromCharCode(...bytes);
    return { rank: bytes.length, order, address: { ip: ip.toString() } };
  }
  if (addressType !== "Hostname" || text === "") return undefined;
  const hostname = text.toLowerCase();
  return { rank: 255, order: hostname, address: { hostname } };
}

function compare(left: Candidate, right: Candidate): number {
  if (left.rank !== right.rank) return left.rank - right.rank;
  return left.order < right.order ? -1 : left.order > right.order ? 1 : 0;
}
