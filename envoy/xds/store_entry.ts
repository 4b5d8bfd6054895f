/**
 * One name in a resource store: what its owners contribute, and what clients think of it.
 *
 * @module
 */
import type { Resource } from "./resource.ts";

/** A version that was refused; if the content changes and comes back, that still holds. */
interface Refusal {
  readonly version: string;
  /** The client's words, once it is certain that this resource was meant. */
  readonly message?: string;
}

/**
 * When owners contribute different content under one name, that of the owner who sorts first counts:
 * so what is served does not depend on the order in which contributions came.
 *
 * Content that a client has refused, and none has accepted, is in quarantine until it changes: served
 * is what was accepted last, or nothing.
 */
export class StoreEntry {
  #others: Map<string, Resource> | undefined;
  /** What a client has accepted last; the same object as `#resource` most of the time. */
  #accepted: Resource | undefined;
  #refused: Refusal | undefined;

  constructor(private owner: string, private resource: Resource) {}

  /** What clients get; undefined while the only content there is is in quarantine. */
  get served(): Resource | undefined {
    return this.#quarantined ? this.#accepted : this.resource;
  }

  /** Whether there is content that nobody gets. */
  get hidden(): boolean {
    return this.served === undefined;
  }

  /** Whether a client has accepted this version. */
  accepts(version: string): boolean {
    return this.#accepted?.version === version;
  }

  /** Why this version is in quarantine; undefined when it is not, or nothing is certain yet. */
  refusalOf(version: string): string | undefined {
    return this.#quarantined && this.resource.version === version
      ? this.#refused?.message
      : undefined;
  }

  /** Takes a contribution. */
  contribute(owner: string, resource: Resource): void {
    if (this.owner === owner) {
      this.#serve(owner, resource);
      return;
    }
    this.#others = (this.#others ?? new Map()).set(owner, resource);
    if (this.#firstOther() > this.owner) return;
    this.#others.set(this.owner, this.resource);
    this.#takeOver();
  }

  /** Takes a contribution back. @returns false when it was the last. */
  withdraw(owner: string): boolean {
    if (this.owner !== owner) {
      this.#others?.delete(owner);
      return true;
    }
    if (!this.#others?.size) return false;
    this.#takeOver();
    return true;
  }

  /** A client has accepted this version: whatever another one said, its content is good. */
  accept(version: string): void {
    if (this.resource.version !== version) return;
    this.#accepted = this.resource;
    this.#refused = undefined;
  }

  /**
   * A client has refused this version.
   *
   * @param message absent when another resource of the same response may have been meant.
   * @returns false when that changes nothing: it is out of date, or another client has accepted it.
   */
  refuse(version: string, message?: string): boolean {
    if (this.resource.version !== version || this.accepts(version)) return false;
    this.#refused = { version, ...(message !== undefined && { message }) };
    return true;
  }

  /** Gives what is in quarantine another chance. */
  lift(): void {
    this.#refused = undefined;
  }

  get #quarantined(): boolean {
    return this.#refused?.version === this.resource.version;
  }

  #serve(owner: string, resource: Resource): void {
    this.owner = owner;
    this.resource = resource;
  }

  /** The first of the further owners takes the place of the present one. */
  #takeOver(): void {
    const owner = this.#firstOther();
    const resource = this.#others?.get(owner);
    if (resource === undefined) return;
    this.#others?.delete(owner);
    this.#serve(owner, resource);
  }

  #firstOther(): string {
    return [...this.#others?.keys() ?? []].reduce((a, b) => a < b ? a : b);
  }
}
