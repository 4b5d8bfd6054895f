/**
 * Which addresses a tenant may name as an endpoint of its load balancers. Without this guard a
 * tenant could publish the hub's own API server, the metadata service of the cloud, or Envoy's
 * administration port through a load balancer of its own.
 *
 * @module
 */
import { type Cidr, type IpAddress, parseCidr, parseIp } from "./cidr.ts";

/** What is refused and what the operator allows all the same. */
export interface EndpointPolicy {
  /** Opens ranges that would be refused; from `Config` and `--allowed-endpoint-cidrs`. */
  readonly allowedCidrs: readonly string[];
  /** Refused whatever else is said; from `Config`. */
  readonly deniedCidrs: readonly string[];
  /** The hub's own addresses: API server, Service and pod ranges. */
  readonly hubCidrs: readonly string[];
}

/** A range with the words that explain its refusal. */
interface RefusedRange {
  readonly cidr: Cidr;
  readonly why: string;
}

/** Never an endpoint that another machine can mean. */
const builtIn: readonly RefusedRange[] = [
  ["0.0.0.0/8", "is not an address of a host"],
  ["127.0.0.0/8", "is a loopback address"],
  ["169.254.0.0/16", "is a link-local address"],
  ["224.0.0.0/4", "is a multicast address"],
  ["240.0.0.0/4", "is a reserved or broadcast address"],
  ["::/128", "is the unspecified address"],
  ["::1/128", "is a loopback address"],
  ["fe80::/10", "is a link-local address"],
  ["ff00::/8", "is a multicast address"],
  // Addresses that carry an IPv4 address reach what the rules for IPv4 refuse.
  ["::/96", "is an IPv4-compatible address"],
  ["64:ff9b::/96", "translates to an IPv4 address"],
  ["2002::/16", "is a 6to4 address"],
].map(([range, why]) => ({ cidr: parseCidr(range!), why: why! }));

/** Verdicts kept; endpoints repeat (the nodes of a tenant), so nearly every question is a repeat. */
const rememberedVerdicts = 10_000;

let lastId = 0;

/** Decides about endpoint addresses by one {@linkcode EndpointPolicy}; immutable. */
export class EndpointGuard {
  /** Another number for each guard: what was decided with another one must be decided again. */
  readonly id = ++lastId;
  readonly #allowed: readonly Cidr[];
  readonly #refused: readonly RefusedRange[];
  readonly #denied: readonly RefusedRange[];
  readonly #verdicts = new Map<string, string | undefined>();

  /** @throws {TypeError} when a range is not in CIDR notation. */
  constructor(policy: EndpointPolicy) {
    this.#allowed = policy.allowedCidrs.map(parseCidr);
    const ranges = (texts: readonly string[], why: string): RefusedRange[] =>
      texts.map((text) => ({ cidr: parseCidr(text), why: `${why} (${text})` }));
    this.#denied = ranges(policy.deniedCidrs, "is denied by the Config's endpointPolicy");
    this.#refused = [...ranges(policy.hubCidrs, "belongs to the management cluster"), ...builtIn];
  }

  /**
   * Why `address` must not be an endpoint, as the rest of a sentence that begins with the address.
   *
   * @returns undefined when the address may be used.
   */
  refusal(address: string): string | undefined {
    if (this.#verdicts.has(address)) return this.#verdicts.get(address);
    const parsed = parseIp(address);
    const verdict = parsed === undefined ? "is not an IP address" : this.#judge(parsed);
    if (this.#verdicts.size >= rememberedVerdicts) this.#verdicts.clear();
    this.#verdicts.set(address, verdict);
    return verdict;
  }

  #judge(address: IpAddress): string | undefined {
    const holds = (range: RefusedRange) => range.cidr.contains(address);
    const denied = this.#denied.find(holds);
    if (denied !== undefined) return denied.why;
    if (this.#allowed.some((cidr) => cidr.contains(address))) return undefined;
    return this.#refused.find(holds)?.why;
  }
}
