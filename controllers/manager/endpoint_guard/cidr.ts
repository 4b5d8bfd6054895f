/**
 * Ranges of IP addresses in CIDR notation.
 *
 * @module
 */
import ipaddr from "ipaddr.js";

/** A parsed range: IPv4 or IPv6, never both. */
export interface Cidr {
  /** The range as it was written, for messages. */
  readonly text: string;
  /** The address before the slash; bits beyond the prefix may be set. */
  readonly address: IpAddress;
  /** The length of the prefix. */
  readonly bits: number;
  /** Whether the range holds `address`; an address of the other family is never held. */
  contains(address: IpAddress): boolean;
}

/** A parsed address; IPv4-mapped IPv6 addresses are IPv4 here. */
export type IpAddress = ipaddr.IPv4 | ipaddr.IPv6;

/**
 * Reads an IP literal in its usual notation only. Octal, hexadecimal and shortened IPv4 notations
 * ("0x7f.1") are refused: two programs that read them differently are a way around a guard.
 *
 * @returns undefined when `text` is not an IP address (a host name, say).
 */
export function parseIp(text: string): IpAddress | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  // A zone ("fe80::1%eth0") names an interface of this machine, never a tenant's endpoint.
  if (text.includes("%") || !ipaddr.IPv6.isValid(text)) return undefined;
  const address = ipaddr.IPv6.parse(text);
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

/**
 * Reads `10.0.0.0/8` or a single address. A range of IPv4-mapped addresses is refused: some programs
 * count its prefix in 128 bits and some in 32.
 *
 * @throws {TypeError} when `text` is neither.
 */
export function parseCidr(text: string): Cidr {
  const slash = text.indexOf("/");
  const address = parseIp(slash < 0 ? text : text.slice(0, slash));
  const width = address?.kind() === "ipv4" ? 32 : 128;
  const bits = slash < 0 ? width : prefixLength(text.slice(slash + 1));
  const mapped = slash >= 0 && width === 32 && text.includes(":");
  if (address === undefined || mapped || bits === undefined || bits > width) {
    throw new TypeError(`"${text}" is not an IP range such as 10.0.0.0/8 or fd00::/8`);
  }
  const kind = address.kind();
  return {
    text,
    address,
    bits,
    contains: (candidate) =>
      candidate.kind() === kind && (candidate as ipaddr.IPv4).match(address as ipaddr.IPv4, bits),
  };
}

function prefixLength(text: string): number | undefined {
  return /^\d{1,3}$/.test(text) ? Number(text) : undefined;
}
