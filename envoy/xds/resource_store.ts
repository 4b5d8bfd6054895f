/**
 * What one fleet of Envoys is to be given.
 *
 * @module
 */
import { Listeners } from "../../base/listeners.ts";
import type { Resource } from "./resource.ts";
import { StoreEntry } from "./store_entry.ts";
import { type ResourceName, WithheldNames } from "./withheld_names.ts";

/** Resources of one type that changed content, appeared or went. */
export interface ResourceChange {
  readonly typeUrl: string;
  readonly names: ReadonlySet<string>;
}

const nothing: ReadonlyMap<string, StoreEntry> = new Map();

/**
 * The resources of one fleet, by type and name, each held by the owners that contributed it.
 *
 * The served state depends on the contributions alone, not on the order in which they came: when
 * owners contribute different content under one name, the owner that sorts first is served. So two
 * replicas, or one before and after a restart, serve the same.
 *
 * Every operation costs as much as the owner it concerns has resources, however many others exist.
 */
export class ResourceStore {
  readonly #types = new Map<string, Map<string, StoreEntry>>();
  readonly #owners = new Map<string, readonly Resource[]>();
  readonly #withheld = new WithheldNames();
  readonly #changes = new Listeners<ResourceChange>();
  #updates = 0;

  /** @param fleet the fleet's name, which is the node id of its Envoys. */
  constructor(readonly fleet: string) {}

  /**
   * Replaces all that `owner` contributed, and releases what it withheld.
   *
   * @returns how many served resources changed, appeared or went. Listeners have been told by then.
   * @throws RangeError when `resources` holds a name twice; then nothing has changed.
   */
  set(owner: string, resources: readonly Resource[]): number {
    const wanted = new Set(resources.map(keyOf));
    if (wanted.size !== resources.length) {
      throw new RangeError(
        `owner ${owner} contributes a resource twice: ${duplicateOf(resources)}`,
      );
    }
    return this.#replace(owner, resources, wanted, []);
  }

  /**
   * Replaces all that `owner` contributed by the names of resources whose content is not known now,
   * as that of an object which cannot be translated after a restart. Clients that hold such a
   * resource are told nothing about it, neither an update nor that it is gone, until the owner sets,
   * withholds or deletes something else; to others it does not exist. Where somebody else
   * contributes a resource of that name, it is served.
   *
   * @returns how many served resources changed.
   */
  withhold(owner: string, names: readonly ResourceName[]): number {
    return this.#replace(owner, [], new Set(), names);
  }

  /** Withdraws all that `owner` contributed; returns how many served resources changed. */
  delete(owner: string): number {
    return this.set(owner, []);
  }

  /** Withdraws everything of everyone. */
  clear(): void {
    const changes = new Changes();
    for (const [typeUrl, entries] of this.#types) {
      for (const name of entries.keys()) changes.add(typeUrl, name);
    }
    for (const { typeUrl, name } of this.#withheld.clear()) changes.add(typeUrl, name);
    this.#types.clear();
    this.#owners.clear();
    this.#announce(changes);
  }

  /** How often what is served has changed since the store was made. */
  get updates(): number {
    return this.#updates;
  }

  /** The resource that is served under this name. */
  get(typeUrl: string, name: string): Resource | undefined {
    return this.#entry(typeUrl, name)?.served;
  }

  /**
   * Whether clients that hold this name keep it although nothing is served under it: it is withheld,
   * or its only known content is in quarantine.
   */
  isKept(typeUrl: string, name: string): boolean {
    return this.#entry(typeUrl, name)?.hidden ?? this.#withheld.has(typeUrl, name);
  }

  /** Whether all that is known under this name is in quarantine. */
  isHidden(typeUrl: string, name: string): boolean {
    return this.#entry(typeUrl, name)?.hidden ?? false;
  }

  /** The names of all served resources of a type. */
  *names(typeUrl: string): Iterable<string> {
    for (const [name, entry] of this.#types.get(typeUrl) ?? nothing) {
      if (!entry.hidden) yield name;
    }
  }

  /** How many resources of a type are served. */
  count(typeUrl: string): number {
    return Iterator.from(this.names(typeUrl)).reduce((count) => count + 1, 0);
  }

  /** Whether a client has accepted this version of a resource. */
  isAccepted(typeUrl: string, name: string, version: string): boolean {
    return this.#entry(typeUrl, name)?.accepts(version) ?? false;
  }

  /** Why this version is in quarantine: the words of the client that refused it. */
  refusalOf({ typeUrl, name, version }: Pick<Resource, "typeUrl" | "name" | "version">) {
    return this.#entry(typeUrl, name)?.refusalOf(version);
  }

  /** A client has accepted these versions, by name. */
  accept(typeUrl: string, versions: ReadonlyMap<string, string>): void {
    this.#judge(typeUrl, versions.keys(), (entry, name) => entry.accept(versions.get(name)!));
  }

  /**
   * A client has refused these versions, by name. Those that no other client has accepted are in
   * quarantine until they change, or until {@linkcode ResourceStore.lift}.
   *
   * @param message absent while it is not certain which of them is meant.
   */
  refuse(typeUrl: string, versions: ReadonlyMap<string, string>, message?: string): void {
    this.#judge(
      typeUrl,
      versions.keys(),
      (entry, name) => entry.refuse(versions.get(name)!, message),
    );
  }

  /** Gives what is in quarantine another chance. */
  lift(typeUrl: string, names: Iterable<string>): void {
    this.#judge(typeUrl, names, (entry) => entry.lift());
  }

  /** The types that have resources now. */
  typeUrls(): Iterable<string> {
    return this.#types.keys();
  }

  /** Calls `listener` once for each type of each change, until the result is disposed. */
  subscribe(listener: (change: ResourceChange) => void): Disposable {
    return this.#changes.subscribe(listener);
  }

  #replace(
    owner: string,
    resources: readonly Resource[],
    wanted: ReadonlySet<string>,
    withheld: readonly ResourceName[],
  ): number {
    const changes = new Changes();
    for (const resource of resources) this.#contribute(owner, resource, changes);
    for (const resource of this.#owners.get(owner) ?? []) {
      if (!wanted.has(keyOf(resource))) this.#withdraw(owner, resource, changes);
    }
    if (resources.length > 0) this.#owners.set(owner, resources);
    else this.#owners.delete(owner);
    // Clients may hold what is released, and have not heard whether it still exists.
    for (const { typeUrl, name } of this.#withheld.set(owner, withheld)) changes.add(typeUrl, name);
    return this.#announce(changes);
  }

  #entry(typeUrl: string, name: string): StoreEntry | undefined {
    return this.#types.get(typeUrl)?.get(name);
  }

  /** Tells of those whose served content is another one afterwards. */
  #judge(
    typeUrl: string,
    names: Iterable<string>,
    judgement: (entry: StoreEntry, name: string) => void,
  ): void {
    const changes = new Changes();
    for (const name of names) {
      const entry = this.#entry(typeUrl, name);
      if (entry === undefined) continue;
      const before = entry.served;
      judgement(entry, name);
      if (entry.served !== before) changes.add(typeUrl, name);
    }
    this.#announce(changes);
  }

  #contribute(owner: string, resource: Resource, changes: Changes): void {
    const { typeUrl, name } = resource;
    const entries = this.#types.get(typeUrl) ?? new Map<string, StoreEntry>();
    this.#types.set(typeUrl, entries);
    const entry = entries.get(name);
    if (entry === undefined) {
      entries.set(name, new StoreEntry(owner, resource));
      changes.add(typeUrl, name);
      return;
    }
    const before = entry.served?.version;
    entry.contribute(owner, resource);
    if (entry.served?.version !== before) changes.add(typeUrl, name);
  }

  #withdraw(owner: string, { typeUrl, name }: Resource, changes: Changes): void {
    const entries = this.#types.get(typeUrl);
    const entry = entries?.get(name);
    if (entries === undefined || entry === undefined) return;
    const before = entry.served?.version;
    if (!entry.withdraw(owner)) entries.delete(name);
    // A name that is gone is news even if nothing was served: clients may have kept it.
    if (!entries.has(name) || entry.served?.version !== before) changes.add(typeUrl, name);
    if (entries.size === 0) this.#types.delete(typeUrl);
  }

  #announce(changes: Changes): number {
    if (changes.byType.size > 0) this.#updates++;
    for (const [typeUrl, names] of changes.byType) {
      this.#changes.emit({ typeUrl, names });
    }
    return changes.count;
  }
}

class Changes {
  readonly byType = new Map<string, Set<string>>();

  add(typeUrl: string, name: string): void {
    const names = this.byType.get(typeUrl);
    if (names) names.add(name);
    else this.byType.set(typeUrl, new Set([name]));
  }

  get count(): number {
    return this.byType.values().reduce((sum, names) => sum + names.size, 0);
  }
}

function keyOf({ typeUrl, name }: Resource): string {
  return `${typeUrl} ${name}`;
}

function duplicateOf(resources: readonly Resource[]): string | undefined {
  const seen = new Set<string>();
  return resources.map(keyOf).find((key) => seen.size === seen.add(key).size);
}
