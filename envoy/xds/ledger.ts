/**
 * What a client was told of one type, and what it still has to be told.
 *
 * @module
 */
import type { Resource } from "./resource.ts";
import type { ResourceStore } from "./resource_store.ts";
import type { Listening } from "./socket_pace.ts";

/** What a client holds of a resource; a {@linkcode Resource} is one. */
export interface Versioned {
  readonly version: string;
  /** Of listeners whose content is known. */
  readonly listening?: Listening;
}

/** What has to be said about one name, when it comes to saying it. */
export type Due =
  | { readonly kind: "nothing" }
  /** Content the client does not have, or asked to get again. */
  | { readonly kind: "update"; readonly resource: Resource }
  /** The client asked for something that does not exist. */
  | { readonly kind: "absent" }
  /** The client holds something that no longer exists. */
  | { readonly kind: "removal" };

const nothing: Due = { kind: "nothing" };
const absent: Due = { kind: "absent" };
const removal: Due = { kind: "removal" };

/**
 * The bookkeeping of one type on one stream.
 *
 * Only names are queued, never content: what is said is read from the store when it is said. So a
 * client that does not read costs at most one entry per resource, and gets the newest state when it
 * reads again.
 *
 * A resource that the client refused is not sent again by itself, but with the next change that
 * concerns its name, whatever its content is then. When that is, is decided elsewhere
 * (`refusals.ts`).
 */
export class Ledger<Held extends Versioned> {
  readonly #told = new Map<string, Held>();
  readonly #due = new Map<string, "changed" | "asked">();
  /** Names of which the client has refused what it was told last. */
  readonly #refused = new Set<string>();

  constructor(readonly store: ResourceStore, readonly typeUrl: string) {}

  /** Names about which something may have to be said. */
  get due(): Iterable<string> {
    return this.#due.keys();
  }

  /** Whether there may be something to say. */
  get pending(): boolean {
    return this.#due.size > 0;
  }

  /** What the client holds, as far as it was told. */
  get told(): ReadonlyMap<string, Held> {
    return this.#told;
  }

  /** The resource may have changed; said only if the client does not have the content. */
  changed(name: string): void {
    if (!this.#due.has(name)) this.#due.set(name, "changed");
  }

  /** The client must hear of the resource, whatever it was told. */
  asked(name: string): void {
    this.#due.set(name, "asked");
  }

  /** Records what the client now knows; `undefined` that there is no such resource. */
  tell(name: string, held: Held | undefined): void {
    if (held) this.#told.set(name, held);
    else this.#told.delete(name);
    this.#due.delete(name);
    this.#refused.delete(name);
  }

  /** The client has refused what it was told of these names. */
  refused(names: Iterable<string>): void {
    for (const name of names) if (this.#told.has(name)) this.#refused.add(name);
  }

  /** The client was sent once more what it was told; that it is gone may still have to be said. */
  repeated(name: string): void {
    if (this.#due.has(name)) this.#due.set(name, "changed");
    this.#refused.delete(name);
  }

  /** There is nothing to say about this name. */
  settle(name: string): void {
    this.#due.delete(name);
  }

  /** The client no longer cares about this name. */
  forget(name: string): void {
    this.#told.delete(name);
    this.#due.delete(name);
    this.#refused.delete(name);
  }

  /** What has to be said about a name that is due. */
  assess(name: string): Due {
    const asked = this.#due.get(name) === "asked";
    const resource = this.store.get(this.typeUrl, name);
    const held = this.#told.get(name);
    if (resource) {
      const known = held?.version === resource.version && !this.#refused.has(name);
      return asked || !known ? { kind: "update", resource } : nothing;
    }
    // Asked again, the client may have dropped it, and must not wait for what nobody can give.
    if (held && !asked && this.store.isKept(this.typeUrl, name)) return nothing;
    if (held) return removal;
    return asked ? absent : nothing;
  }

  /** Whether anything of this kind is waiting to be said. */
  has(kind: Exclude<Due["kind"], "nothing">): boolean {
    return this.#due.keys().some((name) => this.assess(name).kind === kind);
  }
}
