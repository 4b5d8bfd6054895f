/**
 * Client address ranges (`loadBalancerSourceRanges`).
 *
 * @module
 */
import ipaddr from "ipaddr.js";
import type { envoy, xds } from "../proto/mod.ts";

type CidrRange = envoy.config.core.v3.ICidrRange & xds.core.v3.ICidrRange;

/** A CIDR in canonical form. */
export interface SourceRange {
  /** For example `10.0.0.0/8`: host bits are zero. */
  readonly text: string;
  readonly message: CidrRange;
}

/**
 * Canonical ranges in a stable order, each once: Envoy refuses a listener in which two filter
 * chains match the same range, and `10.1.0.0/8` is the same as `10.0.0.0/8`.
 *
 * @throws {Error} when one is not a CIDR.
 */
export function sourceRanges(cidrs: readonly string[]): SourceRange[] {
  const ranges = new Map<string, SourceRange>();
  for (const cidr of cidrs) {
    const range = parse(cidr);
    ranges.set(range.text, range);
  }
  return [...ranges.values()].toSorted((a, b) => (a.text < b.text ? -1 : 1));
}

function parse(cidr: string): SourceRange {
  const [address, length] = ipaddr.parseCIDR(cidr.trim());
  const family = address.kind() === "ipv4" ? ipaddr.IPv4 : ipaddr.IPv6;
  const prefix = family.networkAddressFromCIDR(`${address}/${length}`).toString();
  return {
    text: `${prefix}/${length}`,
    message: { addressPrefix: prefix, prefixLen: { value: length } },
  };
}
