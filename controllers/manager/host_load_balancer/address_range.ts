/**
 * Ranges of addresses that load balancers may get.
 *
 * @module
 */
import ipaddr from "ipaddr.js";
import { type IpAddress, parseCidr, parseIp } from "../endpoint_guard/cidr.ts";

/** An address family, named as in `spec.ipFamilies`. */
export type Family = "IPv4" | "IPv6";

/** Both ends included. Addresses are numbers, so that a range can be as large as it likes. */
export interface AddressRange {
  readonly family: Family;
  readonly first: bigint;
  readonly last: bigint;
}

/** Where no client can reach a listener, and `0.0.0.0` and `::` would be every address there is. */
const unusable: readonly (readonly [range: string, why: string])[] = [
  ["0.0.0.0/8", "addresses of no host"],
  ["224.0.0.0/4", "multicast addresses"],
  ["240.0.0.0/4", "reserved addresses"],
  ["::/128", "the unspecified address"],
  ["fe80::/10", "link-local addresses, which mean nothing without an interface"],
  ["ff00::/8", "multicast addresses"],
];

/**
 * Reads `192.0.2.0/24`, `192.0.2.10-192.0.2.20` or a single address. Every address of a range is
 * given out, the first and the last of a subnet too: they are addresses of hosts here, not of links.
 *
 * @throws {TypeError} when the text is none of these, or holds addresses that nobody can listen on.
 */
export function parseAddressRange(text: string): AddressRange {
  const bounds = text.includes("-") ? fromBounds(text) : fromCidr(text);
  for (const [range, why] of unusable) {
    const { family, first, last } = fromCidr(range);
    if (family === bounds.family && first <= bounds.last && bounds.first <= last) {
      throw new TypeError(`"${text}" cannot be given to load balancers: ${range} are ${why}`);
    }
  }
  return bounds;
}

function fromBounds(text: string): AddressRange {
  const [first, last, ...more] = text.split("-").map((part) => parseIp(part.trim()));
  if (
    first === undefined || last === undefined || more.length > 0 ||
    first.kind() !== last.kind() || toNumber(first) > toNumber(last)
  ) throw new TypeError(`"${text}" is no address range such as 192.0.2.10-192.0.2.20`);
  return { family: familyOf(first), first: toNumber(first), last: toNumber(last) };
}

function fromCidr(text: string): AddressRange {
  const { address, bits } = parseCidr(text.trim());
  const width = address.kind() === "ipv4" ? 32 : 128;
  const size = 1n << BigInt(width - bits);
  const first = toNumber(address) / size * size;
  return { family: familyOf(address), first, last: first + size - 1n };
}

/** Whether the range holds the address. */
export function rangeHolds(range: AddressRange, address: IpAddress): boolean {
  const number = toNumber(address);
  return range.family === familyOf(address) && range.first <= number && number <= range.last;
}

/** The family of an address. */
export function familyOf(address: IpAddress): Family {
  return address.kind() === "ipv4" ? "IPv4" : "IPv6";
}

/** The usual notation of the address with this number. */
export function addressOf(family: Family, number: bigint): string {
  const length = family === "IPv4" ? 4 : 16;
  const bytes = Array.from(
    { length },
    (_, at) => Number(number >> BigInt(8 * (length - 1 - at)) & 0xffn),
  );
  return ipaddr.fromByteArray(bytes).toString();
}

function toNumber(address: IpAddress): bigint {
  return address.toByteArray().reduce((sum, byte) => sum << 8n | BigInt(byte), 0n);
}
