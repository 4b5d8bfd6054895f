/**
 * All objects of one kind, in memory, indexed, and followed by subscribers.
 *
 * @module
 */
import { keyOf, type KubeObject } from "../apis/meta/v1.ts";
import { type Logger, silentLogger } from "../base/logger.ts";
import { Index } from "./index.ts";
import { compareResourceVersions, isNewer } from "./resource_version.ts";

/** What happened to one object. Objects in a cache are shared: treat them as read-only. */
export interface CacheEvent<T> {
  readonly type: "added" | "updated" | "deleted";
  /** The object as it is now; for a deletion, as it was last seen. */
  readonly object: T;
  /** The object before an update. */
  readonly previous?: T;
  /** Part of the first list, or replayed to a new subscriber: no news, only state. */
  readonly initial: boolean;
}

/** Functions that give an object's values in each named index. They must be pure. */
export type Indexers<T> = Readonly<Record<string, (object: T) => readonly string[]>>;

/** How a cache stores objects. */
export interface ObjectCacheOptions<T> {
  readonly indexers?: Indexers<T>;
  /** Applied to every object before it is stored. Default: drops `managedFields`. */
  readonly transform?: (object: T) => T;
  readonly log?: Logger;
}

/** What a `replace` found that the watch had not told. */
export interface ReplaceResult {
  readonly added: number;
  readonly updated: number;
  readonly deleted: number;
}

type Handler<T> = (event: CacheEvent<T>) => void;

/**
 * The read side is for controllers; `replace`, `set`, `remove` and `advance` are for the informer
 * that fills the cache. All of it is synchronous: store, indexes and subscribers never disagree for
 * a reader.
 */
export class ObjectCache<T extends KubeObject> {
  readonly #objects = new Map<string, T>();
  readonly #byNamespace = new Index<T>((object) => [object.metadata.namespace ?? ""]);
  readonly #indexes = new Map<string, Index<T>>();
  readonly #handlers = new Set<Handler<T>>();
  readonly #transform: (object: T) => T;
  readonly #log: Logger;
  readonly #whenSynced = Promise.withResolvers<void>();
  #synced = false;
  /** The cache knows everything up to here: what is older and absent has been deleted. */
  #seen = "";

  constructor(options: ObjectCacheOptions<T> = {}) {
    this.#transform = options.transform ?? dropManagedFields;
    this.#log = options.log ?? silentLogger;
    for (const [name, valuesOf] of Object.entries(options.indexers ?? {})) {
      this.#indexes.set(name, new Index(valuesOf));
    }
  }

  /** How many objects there are. */
  get size(): number {
    return this.#objects.size;
  }

  /** Whether the first complete list has arrived. */
  get synced(): boolean {
    return this.#synced;
  }

  /** Up to which resource version the cache is complete. */
  get resourceVersion(): string {
    return this.#seen;
  }

  /** The object with this key (`namespace/name`, or `name`). */
  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  /** All objects, or those of one namespace. */
  list(namespace?: string): readonly T[] {
    if (namespace === undefined) return [...this.#objects.values()];
    return this.#resolve(this.#byNamespace.keys(namespace));
  }

  /**
   * The objects that have `value` in the named index.
   *
   * @throws when the cache was made without that index: a programming error.
   */
  byIndex(index: string, value: string): readonly T[] {
    return this.#resolve(this.#index(index).keys(value));
  }

  /** The namespaces that hold at least one of the objects. */
  namespaces(): Iterable<string> {
    return this.#byNamespace.values();
  }

  #index(name: string): Index<T> {
    const index = this.#indexes.get(name);
    if (index) return index;
    const known = [...this.#indexes.keys()].join(", ") || "none";
    throw new Error(`the cache has no index "${name}" (it has ${known})`);
  }

  #resolve(keys: ReadonlySet<string>): readonly T[] {
    const objects: T[] = [];
    for (const key of keys) objects.push(this.#objects.get(key)!);
    return objects;
  }

  /** Resolves when {@linkcode ObjectCache.synced}; rejects with the signal's reason. */
  whenSynced(signal?: AbortSignal): Promise<void> {
    if (this.#synced || signal === undefined) return this.#whenSynced.promise;
    return new Promise((resolve, reject) => {
      const onAbort = () => reject(signal.reason);
      if (signal.aborted) return onAbort();
      signal.addEventListener("abort", onAbort, { once: true });
      this.#whenSynced.promise.then(() => {
        signal.removeEventListener("abort", onAbort);
        resolve();
      });
    });
  }

  /**
   * Calls `handler` for every present object at once, as initial additions, and for every change
   * from then on, until the result is disposed. A handler that throws is logged and stays.
   */
  subscribe(handler: Handler<T>): Disposable {
    for (const object of [...this.#objects.values()]) {
      this.#call(handler, { type: "added", object, initial: true });
    }
    this.#handlers.add(handler);
    return { [Symbol.dispose]: () => void this.#handlers.delete(handler) };
  }

  /**
   * Takes the answer of our own write before the watch brings it, so that the next read sees it.
   *
   * Ignored when the watch has already passed that version: if the object is gone by now, bringing
   * it back would leave a ghost that no further event removes.
   */
  observe(object: T): void {
    const version = object.metadata.resourceVersion;
    if (version === undefined || !isNewer(version, this.#seen)) return;
    this.#store(this.admit(object), false);
  }

  /**
   * What the cache keeps of an object: its transform. The write side takes objects that have gone
   * through here, as soon as they are parsed, so that what is dropped never piles up.
   */
  admit(object: T): T {
    return this.#transform(object);
  }

  /** An object was added or modified, says the watch. */
  set(object: T): void {
    this.#store(object, false);
    this.advance(object.metadata.resourceVersion);
  }

  /** An object was deleted, says the watch; `object` is its last state. */
  remove(object: T): void {
    const key = keyOf(object.metadata);
    const present = this.#objects.get(key);
    this.advance(object.metadata.resourceVersion);
    // Deleted and created again meanwhile, and we have seen our own creation already.
    if (
      present && present.metadata.uid !== object.metadata.uid &&
      isNewer(present.metadata.resourceVersion, object.metadata.resourceVersion)
    ) return;
    if (present) this.#delete(key, object);
  }

  /** The watch has told everything up to `version`. */
  advance(version: string | undefined): void {
    if (isNewer(version, this.#seen)) this.#seen = version!;
  }

  /**
   * A complete list at `version`: what is not in it is deleted, unless it is newer than the list
   * (our own write, observed while the list was under way).
   *
   * @returns the changes that the watch had not told.
   */
  replace(objects: Iterable<T>, version: string): ReplaceResult {
    // An API server restored from a backup counts again from an earlier version: what we hold is
    // then no longer newer, but from a future that did not happen.
    const rewound = compareResourceVersions(version, this.#seen) < 0;
    if (rewound) this.#seen = "";
    const initial = !this.#synced;
    const result = { added: 0, updated: 0, deleted: 0 };
    const listed = new Set<string>();
    for (const object of objects) {
      listed.add(keyOf(object.metadata));
      const change = this.#store(object, initial, rewound);
      if (change) result[change]++;
    }
    for (const [key, object] of [...this.#objects]) {
      if (listed.has(key)) continue;
      if (!rewound && isNewer(object.metadata.resourceVersion, version)) continue;
      this.#delete(key, object);
      result.deleted++;
    }
    this.advance(version);
    if (initial) this.#markSynced();
    return result;
  }

  #markSynced(): void {
    this.#synced = true;
    this.#whenSynced.resolve();
  }

  /** Stores what is new; returns what kind of change it was, if any. */
  #store(object: T, initial: boolean, force = false): "added" | "updated" | undefined {
    const key = keyOf(object.metadata);
    const previous = this.#objects.get(key);
    if (previous) {
      const order = compareResourceVersions(
        object.metadata.resourceVersion ?? "",
        previous.metadata.resourceVersion ?? "",
      );
      // The same, or an echo from before our own write.
      if (force ? order === 0 : order <= 0) return undefined;
    }
    this.#objects.set(key, object);
    this.#reindex(key, object, previous);
    const type = previous ? "updated" : "added";
    this.#emit({ type, object, initial, ...(previous ? { previous } : {}) });
    return type;
  }

  #delete(key: string, last: T): void {
    const previous = this.#objects.get(key);
    this.#objects.delete(key);
    this.#reindex(key, undefined, previous);
    this.#emit({ type: "deleted", object: last, initial: false });
  }

  #reindex(key: string, object: T | undefined, previous: T | undefined): void {
    this.#byNamespace.update(key, object, previous);
    for (const index of this.#indexes.values()) index.update(key, object, previous);
  }

  #emit(event: CacheEvent<T>): void {
    for (const handler of this.#handlers) this.#call(handler, event);
  }

  #call(handler: Handler<T>, event: CacheEvent<T>): void {
    try {
      handler(event);
    } catch (error) {
      const { kind, metadata } = event.object;
      this.#log.error("a cache subscriber failed", { kind, object: keyOf(metadata), error });
    }
  }
}

/** `managedFields` is often half of an object, and nobody reads it from a cache. */
function dropManagedFields<T extends KubeObject>(object: T): T {
  if (object.metadata.managedFields === undefined) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
