/**
 * Ranges of addresses that load balancers may get.
 *
 * @module
 */
import ipaddr from "ipaddr.js";
import { type IpAddress, parseIp } from "../endpoint_guard/cidr.ts";

/** An address family, named as in `spec.ipFamilies`. */
export type Family = "IPv4" | "IPv6";

/** Both ends included. Addresses are numbers, so that a range can be as large as it likes. */
export interface AddressRange {
  readonly family: Family;
  readonly first: bigint;
  readonly last: bigint;
}

/**
 * Reads `192.0.2.0/24`, `192.0.2.10-192.0.2.20` or a single address. Every address of a range is
 * given out, the first and the last of a subnet too: they are addresses of hosts here, not of links.
 *
 * @throws {TypeError} when the text is none of these.
 */
export function parseAddressRange(text: string): AddressRange {
  const bounds = text.includes("-") ? fromBounds(text) : fromCidr(text);
  if (bounds === undefined) {
    throw new TypeError(
      `"${text}" is no address range such as 192.0.2.0/24 or 192.0.2.10-192.0.2.20`,
    );
  }
  return bounds;
}

function fromBounds(text: string): AddressRange | undefined {
  const [first, last, ...more] = text.split("-").map((part) => parseIp(part.trim()));
  if (first === undefined || last === undefined || more.length > 0) return undefined;
  if (first.kind() !== last.kind() || toNumber(first) > toNumber(last)) return undefined;
  return { family: familyOf(first), first: toNumber(first), last: toNumber(last) };
}

function fromCidr(text: string): AddressRange | undefined {
  const [literal = "", length] = text.trim().split("/");
  const address = parseIp(literal);
  if (address === undefined) return undefined;
  const width = address.kind() === "ipv4" ? 32 : 128;
  const bits = length === undefined ? width : /^\d{1,3}$/.test(length) ? Number(length) : NaN;
  if (!(bits <= width)) return undefined;
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
