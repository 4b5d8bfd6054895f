/**
 * Which address and port belongs to which Service. The Services' status is the truth; this is its
 * image in memory, from which new addresses are chosen.
 *
 * @module
 */
import { parseKey } from "../../../apis/meta/v1.ts";
import { comparePrecedence, type PortOwner } from "../../../fleet/port_owner.ts";
import { type IpAddress, parseIp } from "../endpoint_guard/cidr.ts";
import {
  addressOf,
  type AddressRange,
  type Family,
  familyOf,
  rangeHolds,
} from "./address_range.ts";

/** What a Service wants. */
export interface AddressRequest {
  /** The one address it asks for; then `families` does not count. */
  readonly address?: string;
  /** One address of each; those after the first only if the pool has that family and `optional`. */
  readonly families: readonly Family[];
  /** Whether families after the first may be missing. */
  readonly optional: boolean;
  /** `TCP/80`: an address can be shared by Services of one namespace whose ports differ. */
  readonly ports: readonly string[];
}

/** What it gets. */
export type AddressAnswer =
  | { readonly kind: "assigned"; readonly addresses: readonly string[] }
  /** No address is free. */
  | { readonly kind: "exhausted"; readonly message: string }
  /** The address it asks for cannot be had. */
  | { readonly kind: "unavailable"; readonly message: string };

interface Holding {
  readonly owner: PortOwner;
  readonly addresses: readonly string[];
  readonly ports: readonly string[];
}

/** Pure: knows nothing of Services but owners, addresses and ports. */
export class AddressBook {
  readonly #ranges: readonly AddressRange[];
  readonly #holdings = new Map<string, Holding>();
  /** Address → names of those that hold it. */
  readonly #holders = new Map<string, Set<string>>();
  /** Where the next search in a range begins, so that a freed address is the last to be reused. */
  readonly #cursors: bigint[];
  /** Ranges that were searched in vain: not searched again before an address is freed. */
  readonly #full = new Set<number>();

  constructor(ranges: readonly AddressRange[]) {
    this.#ranges = ranges;
    this.#cursors = ranges.map(({ first }) => first);
  }

  /** Records what a Service says it has, in place of what it said before. */
  hold(owner: PortOwner, texts: readonly string[], ports: readonly string[]): void {
    this.forget(owner.name);
    if (texts.length === 0) return;
    const addresses = texts.map(canonical);
    this.#holdings.set(owner.name, { owner, addresses, ports });
    for (const address of addresses) {
      const holders = this.#holders.get(address);
      if (holders) holders.add(owner.name);
      else this.#holders.set(address, new Set([owner.name]));
    }
  }

  /**
   * Keeps the addresses of a Service that is missing for the one that will be made in its place: those
   * of the pool that nobody holds.
   */
  reserve(owner: PortOwner, texts: readonly string[], ports: readonly string[]): void {
    const free = texts.map(canonical).filter((text) => {
      const address = parseIp(text);
      return address !== undefined && this.#isInPool(address) && !this.#holders.has(text);
    });
    this.hold(owner, free, ports);
  }

  /**
   * The Service holds nothing any more but what of it is in `reserved`.
   *
   * @returns whether anything is free by that.
   */
  forget(name: string, reserved: readonly string[] = []): boolean {
    const holding = this.#holdings.get(name);
    if (holding === undefined) return false;
    const kept = reserved.map(canonical);
    const [stay, go] = [true, false].map((wanted) =>
      holding.addresses.filter((address) => kept.includes(address) === wanted)
    ) as [string[], string[]];
    if (stay.length > 0) this.#holdings.set(name, { ...holding, addresses: stay });
    else this.#holdings.delete(name);
    for (const address of go) this.#release(address, name);
    return go.length > 0;
  }

  #release(address: string, name: string): void {
    const holders = this.#holders.get(address);
    holders?.delete(name);
    if (holders?.size !== 0) return;
    this.#holders.delete(address);
    this.#full.clear();
  }

  /**
   * Addresses for a Service, recorded at once. What it holds it keeps, unless it asks for another
   * address or one family less, or an older Service holds the same address and port.
   */
  assign(owner: PortOwner, request: AddressRequest): AddressAnswer {
    const kept = this.#kept(owner, request.ports);
    const answer = request.address === undefined
      ? this.#choose(request, kept)
      : this.#take(request.address, owner, request.ports, kept);
    if (answer.kind === "assigned") this.hold(owner, answer.addresses, request.ports);
    else this.forget(owner.name);
    return answer;
  }

  /** What it holds and may keep. */
  #kept(owner: PortOwner, ports: readonly string[]): readonly string[] {
    const holding = this.#holdings.get(owner.name);
    if (holding === undefined) return [];
    const added = ports.filter((port) => !holding.ports.includes(port));
    return holding.addresses.filter((held) => {
      // Age decides between two that both have the port; it does not take a port from anybody.
      if (added.length > 0 && this.#rival(held, owner.name, added) !== undefined) return false;
      const rival = this.#rival(held, owner.name, ports);
      return rival === undefined || comparePrecedence(rival, owner) > 0;
    });
  }

  #take(
    text: string,
    owner: PortOwner,
    ports: readonly string[],
    kept: readonly string[],
  ): AddressAnswer {
    const parsed = parseIp(text);
    const address = canonical(text);
    if (kept.includes(address)) return { kind: "assigned", addresses: [address] };
    if (parsed === undefined || !this.#isInPool(parsed)) {
      return unavailable(`the address ${text} is not in the pool (--address-pool)`);
    }
    const rival = this.#rival(address, owner.name, ports);
    if (rival === undefined) return { kind: "assigned", addresses: [address] };
    // Whose it is would tell one tenant about another.
    return unavailable(
      sameNamespace(rival.name, owner.name)
        ? `the address ${text} serves the same port of Service ${rival.name} already`
        : `the address ${text} is in use by another tenant`,
    );
  }

  #choose(
    { families, optional }: AddressRequest,
    kept: readonly string[],
  ): AddressAnswer {
    // A single address stays although the pool has got another family meanwhile.
    const [only] = kept;
    if (families.length === 1 && only !== undefined && !kept.some(isOf(families[0]!))) {
      return { kind: "assigned", addresses: [only] };
    }
    const addresses: string[] = [];
    for (const [at, family] of families.entries()) {
      const address = kept.find(isOf(family)) ?? this.#nextFree(family);
      if (address !== undefined) addresses.push(address);
      else if (at === 0 || !optional || this.#has(family)) return this.#exhausted(family);
    }
    return { kind: "assigned", addresses };
  }

  #exhausted(family: Family): AddressAnswer {
    const message = this.#has(family)
      ? `all ${family} addresses of the pool are in use: delete load balancers or widen ` +
        `--address-pool`
      : `the pool has no ${family} addresses (--address-pool)`;
    return { kind: "exhausted", message };
  }

  #has(family: Family): boolean {
    return this.#ranges.some((range) => range.family === family);
  }

  /** The families of the pool. */
  get families(): readonly Family[] {
    return (["IPv4", "IPv6"] as const).filter((family) => this.#has(family));
  }

  #isInPool(address: IpAddress): boolean {
    return this.#ranges.some((range) => rangeHolds(range, address));
  }

  #nextFree(family: Family): string | undefined {
    for (const [at, range] of this.#ranges.entries()) {
      if (range.family !== family || this.#full.has(at)) continue;
      const found = this.#search(range, this.#cursors[at]!, range.last) ??
        this.#search(range, range.first, this.#cursors[at]! - 1n);
      if (found === undefined) {
        this.#full.add(at);
        continue;
      }
      this.#cursors[at] = found === range.last ? range.first : found + 1n;
      return addressOf(family, found);
    }
    return undefined;
  }

  #search({ family }: AddressRange, from: bigint, to: bigint): bigint | undefined {
    for (let number = from; number <= to; number++) {
      if (!this.#holders.has(addressOf(family, number))) return number;
    }
    return undefined;
  }

  /**
   * The first of the others that hold one of `ports` on `address`, or the address as such: tenants
   * never share one, or a tenant could answer on the ports that another has not opened yet.
   */
  #rival(address: string, name: string, ports: readonly string[]): PortOwner | undefined {
    let first: PortOwner | undefined;
    for (const other of this.#holders.get(address) ?? []) {
      const holding = this.#holdings.get(other)!;
      const shared = sameNamespace(other, name) &&
        !holding.ports.some((port) => ports.includes(port));
      if (other === name || shared) continue;
      if (first === undefined || comparePrecedence(holding.owner, first) < 0) first = holding.owner;
    }
    return first;
  }
}

/** The field has the same name in a Service and in a LoadBalancer. */
function unavailable(why: string): AddressAnswer {
  const message = `${why}: ask for another in spec.loadBalancerIP, or for none`;
  return { kind: "unavailable", message };
}

function sameNamespace(a: string, b: string): boolean {
  return parseKey(a).namespace === parseKey(b).namespace;
}

function isOf(family: Family): (address: string) => boolean {
  return (text) => {
    const address = parseIp(text);
    return address !== undefined && familyOf(address) === family;
  };
}

/** One notation of each address: two of the same would not be seen to meet. */
function canonical(text: string): string {
  return parseIp(text)?.toString() ?? text;
}
