/**
 * Which load balancers use which host names.
 *
 * @module
 */

/** What is told when nobody uses a host name any more. */
export interface HostNameRelease {
  release(hostname: string): void;
}

const nobody: ReadonlySet<string> = new Set();

/** Host name → keys of the load balancers whose endpoints have it, and back. */
export class HostNameUsers {
  readonly #namesOf = new Map<string, readonly string[]>();
  readonly #usersOf = new Map<string, Set<string>>();

  constructor(private readonly hostNames: HostNameRelease) {}

  /** The load balancer `key` uses exactly `names`. */
  set(key: string, names: readonly string[]): void {
    const before = this.#namesOf.get(key) ?? [];
    if (before.length === 0 && names.length === 0) return;
    if (names.length > 0) this.#namesOf.set(key, names);
    else this.#namesOf.delete(key);
    for (const name of names) this.#add(name, key);
    for (const name of before) if (!names.includes(name)) this.#remove(name, key);
  }

  /** The load balancers that use `name`. */
  of(name: string): ReadonlySet<string> {
    return this.#usersOf.get(name) ?? nobody;
  }

  #add(name: string, key: string): void {
    const users = this.#usersOf.get(name);
    if (users) users.add(key);
    else this.#usersOf.set(name, new Set([key]));
  }

  #remove(name: string, key: string): void {
    const users = this.#usersOf.get(name);
    users?.delete(key);
    if (users?.size !== 0) return;
    this.#usersOf.delete(name);
    this.hostNames.release(name);
  }
}
