/**
 * Which listener port belongs to which object, per fleet. The hub Services are the table; this is
 * their image in memory, filled from the cache, from which new ports are chosen.
 *
 * @module
 */
import type { Clock } from "../base/clock.ts";
import { FleetPorts, type PortAllocation, type PortConflict } from "./fleet_ports.ts";
import type { PortOwner } from "./port_owner.ts";
import { defaultPortRange, type PortRange, reservedPorts } from "./port_range.ts";

const defaultRest = 10 * 60_000;

/** What {@linkcode PortTable} needs to know. */
export interface PortTableOptions {
  readonly clock: Clock;
  /** Default {@linkcode defaultPortRange}. */
  readonly range?: PortRange;
  /** Never handed out. Default {@linkcode reservedPorts}. */
  readonly reserved?: readonly number[];
  /** How long a freed port is not handed out again, milliseconds. Default 10 minutes. */
  readonly rest?: number;
  /** Ports that a fleet may have in use. Default: as many as there are. */
  readonly most?: (fleet: string) => number;
}

/**
 * The port table of all fleets. TCP and UDP share the numbers, as they do upstream, so a port found
 * in a log or a capture belongs to exactly one object.
 *
 * A freed port rests before it is given out again: clients and conntrack entries of its last owner
 * must not reach the next one.
 */
export class PortTable {
  readonly #fleets = new Map<string, FleetPorts>();
  #range: PortRange;

  constructor(private readonly options: PortTableOptions) {
    this.#range = options.range ?? defaultPortRange;
  }

  /**
   * New ports come from `range` from now on, in every fleet. Ports that are held or were allocated
   * stay where they are.
   */
  setRange(range: PortRange): void {
    if (range.first === this.#range.first && range.last === this.#range.last) return;
    this.#range = range;
    for (const ports of this.#fleets.values()) ports.setRange(range);
  }

  /**
   * Records the ports that an existing object says it holds, in place of what it said before. Ports
   * outside the range are kept: adopted objects bring them. What was allocated for the object and
   * is not written yet stays allocated.
   */
  hold(fleet: string, owner: PortOwner, ports: Iterable<number>): void {
    this.#fleet(fleet).hold(owner, new Set(ports));
  }

  /** Frees everything `name` held or was given: the object is gone. */
  forget(fleet: string, name: string): void {
    this.#fleets.get(fleet)?.forget(name);
  }

  /**
   * Ports for `owner` besides those that {@linkcode PortTable.hold} reported, next-fit. Asking again
   * before they were reported gives the same ports: a write that failed can be repeated.
   *
   * @param leaving how many of the reported ones the owner gives up for them.
   */
  allocate(fleet: string, owner: PortOwner, count: number, leaving = 0): PortAllocation {
    return this.#fleet(fleet).allocate(owner, count, leaving);
  }

  /** `namespace/name` of the object that is served on `port`. */
  holder(fleet: string, port: number): string | undefined {
    return this.#fleets.get(fleet)?.holder(port)?.name;
  }

  /** Ports that `name` holds while another object is served on them; it needs others. */
  conflicts(fleet: string, name: string): readonly PortConflict[] {
    return this.#fleets.get(fleet)?.conflicts(name) ?? [];
  }

  #fleet(name: string): FleetPorts {
    let ports = this.#fleets.get(name);
    if (ports === undefined) this.#fleets.set(name, ports = this.#create(name));
    return ports;
  }

  #create(fleet: string): FleetPorts {
    return new FleetPorts({
      clock: this.options.clock,
      range: this.#range,
      reserved: new Set(this.options.reserved ?? reservedPorts),
      rest: this.options.rest ?? defaultRest,
      most: () => this.options.most?.(fleet) ?? Infinity,
    });
  }
}
