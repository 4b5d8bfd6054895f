/**
 * Which load balancers use which host names.
 *
 * @module
 */

import type { Clock } from "../../../base/clock.ts";

/** What host names resolve to; the resolver is in `host_names/`. */
export interface HostNames {
  /** The last answer; undefined while there has been none. Asks for it if need be. */
  lookup(hostname: string): readonly string[] | undefined;
  /** Calls `listener` with each host name whose answer changed. */
  subscribe(listener: (hostname: string) => void): Disposable;
  /** Nobody uses the name any more. */
  release(hostname: string): void;
}

/** Names get so long for their first answer; ms. */
const patience = 2_000;

const nobody: ReadonlySet<string> = new Set();

/** Host name → keys of the load balancers whose endpoints have it, and back. */
export class HostNameUsers {
  readonly #namesOf = new Map<string, readonly string[]>();
  readonly #usersOf = new Map<string, Set<string>>();

  constructor(private readonly hostNames: HostNames) {}

  /** The load balancer `key` uses exactly `names`. */
  set(key: string, names: readonly string[]): void {
    const before = this.#namesOf.get(key) ?? [];
    if (before.length === 0 && names.length === 0) return;
    if (names.length > 0) this.#namesOf.set(key, names);
    else this.#namesOf.delete(key);
    for (const name of names) this.#add(name, key);
    for (const name of before) if (!names.includes(name)) this.#remove(name, key);
  }

  /**
   * Waits until every name that is used has been answered, or a moment has passed.
   *
   * @returns whether there was anything to wait for.
   */
  async settle(clock: Clock, signal: AbortSignal): Promise<boolean> {
    const { hostNames } = this;
    const names = [...this.#usersOf.keys()];
    const answered = () => names.every((name) => hostNames.lookup(name) !== undefined);
    if (answered()) return false;
    await new Promise<void>((resolve) => {
      const done = new DisposableStack();
      done.defer(resolve);
      done.use(hostNames.subscribe(() => void (answered() && done.dispose())));
      done.use(clock.timer(() => done.dispose(), patience));
      const onAbort = () => done.dispose();
      signal.addEventListener("abort", onAbort, { once: true });
      done.defer(() => signal.removeEventListener("abort", onAbort));
    });
    return true;
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
