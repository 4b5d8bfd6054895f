/**
 * Keeps the addresses of host names that endpoints are given by.
 *
 * The manager resolves them, not Envoy: so every address passes the endpoint guard, and all Envoys
 * use the same ones (design §2.4).
 *
 * @module
 */
import { Backoff } from "../../../base/backoff.ts";
import { type Clock, systemClock } from "../../../base/clock.ts";
import { Listeners } from "../../../base/listeners.ts";
import type { LogFields, Logger } from "../../../base/logger.ts";
import { type Random, systemRandom } from "../../../base/random.ts";
import { type AddressRecord, type DnsLookup, systemDnsLookup } from "./dns_lookup.ts";

/** What a {@linkcode HostNameResolver} needs. */
export interface HostNameResolverOptions {
  /** Default: the name servers of this machine. */
  readonly lookup?: DnsLookup;
  /** Whether an address may be an endpoint; one that may not is left out and logged. */
  readonly permits: (address: string) => boolean;
  readonly log: Logger;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** Answers are asked for again when their time is over, but not more often nor less; seconds. */
const refresh = { minimum: 5, maximum: 300 };

/** Milliseconds until a lookup that failed, or that found nothing, is repeated. */
const retry = { initial: 1_000, maximum: 60_000 };

const records: readonly AddressRecord[] = ["A", "AAAA"];

/**
 * Resolves each host name from the first {@linkcode HostNameResolver.lookup} until its
 * {@linkcode HostNameResolver.release}. A lookup that fails, or finds nothing, leaves the last
 * answer in place: old endpoints are better than none.
 */
export class HostNameResolver implements Disposable {
  readonly #names = new Map<string, HostName>();
  readonly #changes = new Listeners<string>();
  readonly #context: Required<HostNameResolverOptions>;

  constructor(options: HostNameResolverOptions) {
    const { lookup = systemDnsLookup(), clock = systemClock, random = systemRandom } = options;
    this.#context = { ...options, lookup, clock, random };
  }

  /**
   * The last answer, sorted; undefined while there has been none. Asks for it if need be; what cannot
   * be a name is not asked for.
   */
  lookup(hostname: string): readonly string[] | undefined {
    if (!isHostName(hostname)) return undefined;
    let name = this.#names.get(hostname);
    if (name === undefined) {
      name = new HostName(hostname, this.#context, () => this.#changes.emit(hostname));
      this.#names.set(hostname, name);
    }
    return name.addresses;
  }

  /** Calls `listener` with each host name whose answer changed. */
  subscribe(listener: (hostname: string) => void): Disposable {
    return this.#changes.subscribe(listener);
  }

  /** Nobody uses the name any more. */
  release(hostname: string): void {
    this.#names.get(hostname)?.[Symbol.dispose]();
    this.#names.delete(hostname);
  }

  /** How many names are kept. */
  get size(): number {
    return this.#names.size;
  }

  /** Forgets everything. */
  [Symbol.dispose](): void {
    for (const hostname of [...this.#names.keys()]) this.release(hostname);
  }
}

/** One name and the timer of its next lookup. */
class HostName implements Disposable {
  addresses: readonly string[] | undefined;
  /** The last answer of each kind: when one kind cannot be asked for, its addresses stay. */
  readonly #known = new Map<AddressRecord, readonly string[]>();
  readonly #backoff: Backoff;
  #timer: Disposable | undefined;
  #released = false;
  #complained = false;

  constructor(
    private readonly hostname: string,
    private readonly options: Required<HostNameResolverOptions>,
    private readonly changed: () => void,
  ) {
    this.#backoff = new Backoff(retry, options.random);
    this.#resolve();
  }

  [Symbol.dispose](): void {
    this.#released = true;
    this.#timer?.[Symbol.dispose]();
  }

  async #resolve(): Promise<void> {
    const { clock, lookup } = this.options;
    const ttls = await Promise.all(records.map((record) => this.#ask(lookup, record)));
    if (this.#released) return;
    const found = [...this.#known.values()].flat();
    const complete = found.length > 0 && ttls.every((ttl) => ttl !== undefined);
    if (complete) this.#recovered();
    else if (found.length === 0) this.#complain("a host name has no address");
    const pause = complete ? 1000 * clamp(Math.min(...ttls)) : this.#backoff.next();
    this.#timer = clock.timer(() => this.#resolve(), pause);
    // No address of either kind is more often an accident than the truth.
    if (found.length > 0) this.#settle(found);
  }

  /** Seconds that the answer, which is noted, is good for; undefined when there was none. */
  async #ask(lookup: DnsLookup, record: AddressRecord): Promise<number | undefined> {
    const { hostname } = this;
    try {
      const { addresses, ttl = Infinity } = await lookup(hostname, record);
      this.#known.set(record, addresses);
      return ttl;
    } catch (error) {
      if (!this.#released) this.#complain("cannot look up a host name", { record, error });
      return undefined;
    }
  }

  /** Once for each outage: tenants can name as many names as they like, and look-ups are repeated. */
  #complain(message: string, fields: LogFields = {}): void {
    const { hostname, options: { log } } = this;
    log[this.#complained ? "debug" : "warn"](message, { hostname, ...fields });
    this.#complained = true;
  }

  #recovered(): void {
    this.#backoff.reset();
    this.#complained = false;
  }

  #settle(found: readonly string[]): void {
    const permitted = [...new Set(found)].filter((address) => this.#permits(address)).sort();
    // Name servers shuffle their answers; that is no change.
    if (this.addresses !== undefined && permitted.join() === this.addresses.join()) return;
    this.addresses = permitted;
    this.changed();
  }

  #permits(address: string): boolean {
    const { hostname, options: { log, permits } } = this;
    if (permits(address)) return true;
    log.warn("a host name leads to an address that is no allowed endpoint", { hostname, address });
    return false;
  }
}

/** As RFC 1123 has it, with the underscores that are seen in practice, and a dot at the end. */
function isHostName(text: string): boolean {
  return text.length <= 254 && /^(?:[a-z0-9_](?:[-a-z0-9_]{0,61}[a-z0-9_])?(?:\.|$))+$/i.test(text);
}

function clamp(seconds: number): number {
  return Math.min(refresh.maximum, Math.max(refresh.minimum, seconds));
}
