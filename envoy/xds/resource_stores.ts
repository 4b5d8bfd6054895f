/**
 * The stores of all fleets, and whether they may be served from yet.
 *
 * @module
 */
import { Listeners } from "../../base/listeners.ts";
import { ResourceStore } from "./resource_store.ts";

/** What {@linkcode ResourceStores.subscribe} reports. */
export type StoresEvent =
  | { readonly type: "synced" }
  | { readonly type: "removed"; readonly fleet: string };

/** One {@linkcode ResourceStore} per fleet. */
export class ResourceStores {
  readonly #stores = new Map<string, ResourceStore>();
  readonly #events = new Listeners<StoresEvent>();
  #synced = false;

  /** The store of a fleet; created empty when there is none. */
  get(fleet: string): ResourceStore {
    const existing = this.#stores.get(fleet);
    if (existing) return existing;
    const store = new ResourceStore(fleet);
    this.#stores.set(fleet, store);
    return store;
  }

  /** Whether a store exists, without creating it. */
  has(fleet: string): boolean {
    return this.#stores.has(fleet);
  }

  /** The stores that exist now. */
  list(): Iterable<ResourceStore> {
    return this.#stores.values();
  }

  /** Drops a fleet's store; the streams that it served are ended by the server. */
  remove(fleet: string): void {
    if (this.#stores.delete(fleet)) this.#events.emit({ type: "removed", fleet });
  }

  /** False: nobody is answered, since an empty answer at start-up would delete everything. */
  get synced(): boolean {
    return this.#synced;
  }

  /** Waits until {@linkcode ResourceStores.synced}; false when `signal` fired first. */
  async whenSynced(signal: AbortSignal): Promise<boolean> {
    if (this.#synced || signal.aborted) return this.#synced;
    const { promise, resolve } = Promise.withResolvers<void>();
    using _event = this.#events.subscribe(({ type }) => void (type === "synced" && resolve()));
    const onAbort = () => resolve();
    signal.addEventListener("abort", onAbort);
    await promise;
    signal.removeEventListener("abort", onAbort);
    return this.#synced;
  }

  /** To be called once all fleets have been translated for the first time. */
  markSynced(): void {
    if (this.#synced) return;
    this.#synced = true;
    this.#events.emit({ type: "synced" });
  }

  /** Calls `listener` for each event, until the result is disposed. */
  subscribe(listener: (event: StoresEvent) => void): Disposable {
    return this.#events.subscribe(listener);
  }
}
