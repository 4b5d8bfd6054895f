/**
 * Asking the Domain Name System.
 *
 * @module
 */
import { Resolver } from "node:dns/promises";

/** The kind of record, and so the family of the addresses. */
export type AddressRecord = "A" | "AAAA";

/** What a name server says. */
export interface DnsAnswer {
  /** Empty when the name has no such record, or does not exist. */
  readonly addresses: readonly string[];
  /** Seconds that the answer may be used for; absent when there is no record that could say. */
  readonly ttl?: number;
}

/** Looks one kind of record up. Rejects when no name server gave an answer. */
export type DnsLookup = (hostname: string, record: AddressRecord) => Promise<DnsAnswer>;

/**
 * Codes of c-ares for "there is no such thing", which is an answer, too. Deno 2.9 says the same when
 * the server refuses or fails (REFUSED, SERVFAIL): whoever is told of nothing cannot rely on it.
 */
const nothingThere = new Set<unknown>(["ENOTFOUND", "ENODATA"]);

/**
 * Asks the name servers of this machine (`/etc/resolv.conf`, after `/etc/hosts`).
 *
 * Uses `node:dns`, since `Deno.resolveDns` does not tell how long an answer is good for.
 *
 * @param servers others to ask instead, each `address` or `address:port`; none means the machine's.
 * @throws {TypeError} when one of them is not of that form.
 */
export function systemDnsLookup(servers: readonly string[] = []): DnsLookup {
  const resolver = new Resolver();
  if (servers.length > 0) setServers(resolver, servers);
  return async (hostname, record) => {
    try {
      const records = record === "A"
        ? await resolver.resolve4(hostname, { ttl: true })
        : await resolver.resolve6(hostname, { ttl: true });
      return toAnswer(records);
    } catch (error) {
      if (error instanceof Error && "code" in error && nothingThere.has(error.code)) {
        return { addresses: [] };
      }
      throw error;
    }
  };
}

/** One by one, since the resolver's own error does not say what an address looks like. */
function setServers(resolver: Resolver, servers: readonly string[]): void {
  for (const server of servers) {
    try {
      resolver.setServers([server]);
    } catch (cause) {
      const form = `an address such as 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:5353`;
      throw new TypeError(`${JSON.stringify(server)} is no name server: write ${form}`, { cause });
    }
  }
  resolver.setServers([...servers]);
}

function toAnswer(records: readonly { readonly address: string; readonly ttl: number }[]) {
  const addresses = records.map(({ address }) => address);
  if (records.length === 0) return { addresses };
  return { addresses, ttl: Math.min(...records.map(({ ttl }) => ttl)) };
}
