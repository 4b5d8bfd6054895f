/**
 * What a client wants of one resource type on one stream: the wildcard and the names.
 *
 * The rules are those of Envoy's protocol document, "How the client specifies what resources to
 * return": https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol
 *
 * @module
 */

/** What a request did to a {@linkcode Subscription}. */
export interface SubscriptionChange {
  readonly wildcard: "unchanged" | "added" | "removed";
  /** Names that have to be answered now, whatever the client was told before. */
  readonly asked: readonly string[];
  /** Names that were subscribed before this request and no longer are. */
  readonly dropped: readonly string[];
}

const star = "*";

/** Names and wildcard of one type on one stream. Pure state, no effects. */
export class Subscription {
  readonly #names = new Set<string>();
  #wildcard = false;
  /** Whether a request without names may still mean everything. */
  #legacyWildcardPossible: boolean;

  /**
   * @param legacyWildcard whether a first request without names asks for everything. True for
   *   listeners and clusters only: no client uses it for other types, and Envoy may well send a
   *   request without names for endpoints, by which it means none.
   */
  constructor(legacyWildcard: boolean) {
    this.#legacyWildcardPossible = legacyWildcard;
  }

  /** Whether everything is wanted. */
  get wildcard(): boolean {
    return this.#wildcard;
  }

  /** Names asked for one by one; with a wildcard there may be both. */
  get names(): ReadonlySet<string> {
    return this.#names;
  }

  /** Whether the client wants to know of this name. */
  covers(name: string): boolean {
    return this.#wildcard || this.#names.has(name);
  }

  /**
   * State of the world: `names` is all that is wanted from now on. Only names that are new have to
   * be answered, those even if their version is the one the client has.
   */
  replace(names: readonly string[]): SubscriptionChange {
    const wanted = new Set(names);
    const wildcard = this.#wildcardOf(wanted.delete(star), names);
    const asked = [...wanted].filter((name) => !this.#names.has(name));
    const dropped = [...this.#names].filter((name) => !wanted.has(name));
    for (const name of asked) this.#names.add(name);
    for (const name of dropped) this.#names.delete(name);
    return { wildcard: this.#setWildcard(wildcard), asked, dropped };
  }

  /**
   * Delta: names come and go. A name that is subscribed again has to be answered again, since the
   * client may have dropped it; unsubscribing what was never subscribed means nothing.
   */
  change(subscribe: readonly string[], unsubscribe: readonly string[]): SubscriptionChange {
    const asked = new Set(subscribe);
    const starred = asked.delete(star);
    let wildcard = this.#wildcard || this.#wildcardOf(starred, subscribe);
    for (const name of asked) this.#names.add(name);
    const dropped: string[] = [];
    for (const name of unsubscribe) {
      if (name === star) wildcard = this.#legacyWildcardPossible = false;
      else if (this.#names.delete(name)) dropped.push(name);
      asked.delete(name);
    }
    return { wildcard: this.#setWildcard(wildcard), asked: [...asked], dropped };
  }

  /** The first name a client ever gives, be it `*`, ends the meaning of "no names". */
  #wildcardOf(starred: boolean, given: readonly string[]): boolean {
    if (given.length > 0) this.#legacyWildcardPossible = false;
    return starred || this.#legacyWildcardPossible;
  }

  #setWildcard(wildcard: boolean): SubscriptionChange["wildcard"] {
    if (wildcard === this.#wildcard) return "unchanged";
    this.#wildcard = wildcard;
    return wildcard ? "added" : "removed";
  }
}
