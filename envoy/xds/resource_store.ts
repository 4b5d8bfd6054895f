/**
 * What one fleet of Envoys is to be given.
 *
 * @module
 */
import { Listeners } from "../../base/listeners.ts";
import type { Resource } from "./resource.ts";
import { type ResourceName, WithheldNames } from "./withheld_names.ts";

/** Resources of one type that changed content, appeared or went. */
export interface ResourceChange {
  readonly typeUrl: string;
  readonly names: ReadonlySet<string>;
}

/** One owner's version of a resource, and those of further owners if there are any. */
interface Entry {
  owner: string;
  resource: Resource;
  others?: Map<string, Resource>;
}

const nothing: ReadonlyMap<string, Entry> = new Map();

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
  readonly #types = new Map<string, Map<string, Entry>>();
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
    return this.#types.get(typeUrl)?.get(name)?.resource;
  }

  /** Whether clients that hold this name keep it although nothing is served under it. */
  isWithheld(typeUrl: string, name: string): boolean {
    return this.#withheld.has(typeUrl, name) && this.get(typeUrl, name) === undefined;
  }

  /** The names of all served resources of a type. */
  names(typeUrl: string): Iterable<string> {
    return (this.#types.get(typeUrl) ?? nothing).keys();
  }

  /** How many resources of a type are served. */
  count(typeUrl: string): number {
    return (this.#types.get(typeUrl) ?? nothing).size;
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

  #contribute(owner: string, resource: Resource, changes: Changes): void {
    const { typeUrl, name } = resource;
    const entries = this.#types.get(typeUrl) ?? new Map<string, Entry>();
    this.#types.set(typeUrl, entries);
    const entry = entries.get(name);
    if (entry === undefined) {
      entries.set(name, { owner, resource });
      changes.add(typeUrl, name);
    } else if (entry.owner === owner) {
      if (entry.resource.version !== resource.version) changes.add(typeUrl, name);
      entry.resource = resource;
    } else {
      entry.others = (entry.others ?? new Map()).set(owner, resource);
      serveFirst(entry, changes);
    }
  }

  #withdraw(owner: string, { typeUrl, name }: Resource, changes: Changes): void {
    const entries = this.#types.get(typeUrl);
    const entry = entries?.get(name);
    if (entries === undefined || entry === undefined) return;
    if (entry.owner !== owner) {
      entry.others?.delete(owner);
    } else if (entry.others?.size) {
      takeOver(entry, changes);
    } else {
      entries.delete(name);
      changes.add(typeUrl, name);
    }
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

/** Lets the first of the further owners take the place of the one that is served. */
function serveFirst(entry: Entry, changes: Changes): void {
  const first = firstOwner(entry);
  if (first > entry.owner) return;
  entry.others?.set(entry.owner, entry.resource);
  takeOver(entry, changes);
}

/** Serves the first of the further owners instead of the present one. */
function takeOver(entry: Entry, changes: Changes): void {
  const owner = firstOwner(entry);
  const resource = entry.others?.get(owner);
  if (resource === undefined) return;
  entry.others?.delete(owner);
  if (entry.resource.version !== resource.version) changes.add(resource.typeUrl, resource.name);
  entry.owner = owner;
  entry.resource = resource;
}

function firstOwner(entry: Entry): string {
  return [...entry.others?.keys() ?? []].reduce((a, b) => a < b ? a : b);
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
