/**
 * Whom an Envoy listens for when it cannot listen for all: where fewer files may be opened than when
 * its tenant's ports were given out. Told all of them, it would end, and serve nobody.
 *
 * @module
 */
import { parseKey } from "../../../apis/meta/v1.ts";
import type { Logger } from "../../../base/logger.ts";
import { comparePrecedence, type PortOwner } from "../../../fleet/port_owner.ts";
import type { FleetCapacity, FleetRuntime } from "../../../fleet/runtime.ts";

/** What one load balancer needs. */
interface Need {
  readonly owner: PortOwner;
  readonly listeners: number;
}

interface Fleet {
  readonly needs: Map<string, Need>;
  total: number;
  /** What was decided, and with which capacity. */
  capacity: FleetCapacity;
  /** The oldest first. */
  refused: Set<string>;
  /** Whether another need has been told since. */
  stale: boolean;
}

/**
 * Gives room to the oldest load balancers first, up to the first that finds too little: one that is
 * served is not ousted because an older one has become smaller. Age and need are in the hub, so that
 * another manager decides the same.
 */
export class ListenerRoom {
  readonly #fleets = new Map<string, Fleet>();

  constructor(
    private readonly runtime: Pick<FleetRuntime, "capacity">,
    private readonly log: Logger,
  ) {}

  /** `owner`, a load balancer in the namespace of its fleet, needs so many listeners. */
  set(owner: PortOwner, listeners: number): void {
    const { namespace: fleet = "" } = parseKey(owner.name);
    const entry = this.#fleets.get(fleet) ?? newFleet(this.runtime.capacity(fleet));
    this.#fleets.set(fleet, entry);
    const before = entry.needs.get(owner.name);
    if (before?.listeners === listeners && before.owner.uid === owner.uid) return;
    entry.needs.set(owner.name, { owner, listeners });
    entry.total += listeners - (before?.listeners ?? 0);
    entry.stale = true;
  }

  /** The load balancer `name` needs nothing any more. */
  delete(fleet: string, name: string): void {
    const entry = this.#fleets.get(fleet);
    const need = entry?.needs.get(name);
    if (entry === undefined || need === undefined) return;
    entry.needs.delete(name);
    entry.refused.delete(name);
    entry.total -= need.listeners;
    entry.stale = true;
    if (entry.needs.size === 0) this.#fleets.delete(fleet);
  }

  /** Where `name` was refused, how many listeners there can be. */
  refusal(fleet: string, name: string): number | undefined {
    const entry = this.#fleets.get(fleet);
    return entry?.refused.has(name) ? entry.capacity.listeners : undefined;
  }

  /** Who waits for room for the longest time; nobody, or one. */
  nextOf(fleet: string): string[] {
    return this.#fleets.get(fleet)?.refused.values().take(1).toArray() ?? [];
  }

  /**
   * Decides again where something has changed.
   *
   * @returns the load balancers whose {@linkcode ListenerRoom.refusal} is another one now; all of
   *   them when the capacity is.
   */
  settle(fleet: string): string[] {
    const entry = this.#fleets.get(fleet);
    if (entry === undefined) return [];
    const capacity = this.runtime.capacity(fleet);
    if (!entry.stale && entry.capacity === capacity) return [];
    const { refused: before, capacity: last } = entry;
    entry.stale = false;
    entry.capacity = capacity;
    entry.refused = entry.total <= capacity.listeners
      ? new Set()
      : withoutRoom(entry.needs.values(), capacity.listeners);
    const added = [...entry.refused.difference(before)];
    if (added.length > 0 || (before.size > 0 && entry.refused.size === 0)) this.#tell(fleet, entry);
    if (last !== capacity) return [...entry.needs.keys()];
    return [...before.difference(entry.refused), ...added];
  }

  #tell(fleet: string, { refused: { size }, capacity, total }: Fleet): void {
    const fields = { fleet, notServed: size, needed: total, possible: capacity.listeners };
    if (size === 0) this.log.info("all load balancers can be served again", fields);
    else {
      const message = "load balancers are not served: Envoy has too few file descriptors " +
        "(LimitNOFILE) for all listeners";
      this.log.error(message, fields);
    }
  }
}

function newFleet(capacity: FleetCapacity): Fleet {
  return { needs: new Map(), total: 0, capacity, refused: new Set(), stale: false };
}

function withoutRoom(needs: Iterable<Need>, capacity: number): Set<string> {
  const refused = new Set<string>();
  let used = 0;
  for (const { owner, listeners } of [...needs].sort(byAge)) {
    if (listeners === 0) continue;
    used += listeners;
    if (used > capacity) refused.add(owner.name);
  }
  return refused;
}

function byAge(a: Need, b: Need): number {
  return comparePrecedence(a.owner, b.owner);
}
