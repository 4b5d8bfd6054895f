/**
 * Per fleet: which objects it serves, and what it has to divide among them.
 *
 * @module
 */
import {
  healthCheckInterval,
  minimumInterval,
} from "../../../envoy/translate/health_check_interval.ts";
import type { L4Service } from "../../../envoy/translate/l4_service.ts";
import { datagramShares } from "./datagram_shares.ts";

/** What one object takes part in. */
export interface Served {
  /** Endpoints to check. */
  readonly checked: number;
  readonly datagramPorts: number;
}

interface Fleet {
  readonly served: Map<string, Served>;
  checked: number;
  datagramPorts: number;
  /** The interval in force, seconds. */
  interval: number;
  /** The number of shares in force. */
  shares: number;
}

const nothing: Served = { checked: 0, datagramPorts: 0 };

/** Counted as objects come and go, so that no change has to look at the whole fleet. */
export class FleetLedger {
  readonly #fleets = new Map<string, Fleet>();

  /**
   * `fleet` serves the object `key`.
   *
   * @returns whether this is the fleet's first object.
   */
  add(fleet: string, key: string, served: Served): boolean {
    const known = this.#fleets.get(fleet);
    const entry = known ?? newFleet();
    if (known === undefined) this.#fleets.set(fleet, entry);
    count(entry, entry.served.get(key), served);
    entry.served.set(key, served);
    return known === undefined;
  }

  /**
   * `fleet` no longer serves `key`.
   *
   * @returns whether it was the last.
   */
  remove(fleet: string, key: string): boolean {
    const entry = this.#fleets.get(fleet);
    const served = entry?.served.get(key);
    if (entry === undefined || served === undefined) return false;
    entry.served.delete(key);
    count(entry, served, nothing);
    if (entry.served.size > 0) return false;
    this.#fleets.delete(fleet);
    return true;
  }

  /** The fleets that serve something. */
  fleets(): IterableIterator<string> {
    return this.#fleets.keys();
  }

  /** Whether `fleet` serves anything. */
  has(fleet: string): boolean {
    return this.#fleets.has(fleet);
  }

  /** The objects that `fleet` serves. */
  keys(fleet: string): readonly string[] {
    return [...this.#fleets.get(fleet)?.served.keys() ?? []];
  }

  /** Seconds between two checks of an endpoint, as in force. */
  interval(fleet: string): number {
    return this.#fleets.get(fleet)?.interval ?? minimumInterval;
  }

  /** Into how many shares the clients of UDP are divided, as in force. */
  shares(fleet: string): number {
    return this.#fleets.get(fleet)?.shares ?? datagramShares(0);
  }

  /** Whether what is served asks for another interval, or division, than the one in force. */
  isStale(fleet: string): boolean {
    const entry = this.#fleets.get(fleet);
    return entry !== undefined &&
      (healthCheckInterval(entry.checked) !== entry.interval ||
        datagramShares(entry.datagramPorts) !== entry.shares);
  }

  /** Puts into force what is asked for. */
  refresh(fleet: string): void {
    const entry = this.#fleets.get(fleet);
    if (entry === undefined) return;
    entry.interval = healthCheckInterval(entry.checked);
    entry.shares = datagramShares(entry.datagramPorts);
  }
}

/** What an object for which this is served takes part in. */
export function takenPartIn(services: readonly L4Service[]): Served {
  const checked = services.flatMap(({ healthCheck, endpoints }) => healthCheck ? endpoints : []);
  const datagrams = services.filter(({ protocol }) => protocol === "UDP");
  return { checked: checked.length, datagramPorts: datagrams.length };
}

function newFleet(): Fleet {
  return { served: new Map(), ...nothing, interval: minimumInterval, shares: datagramShares(0) };
}

function count(fleet: Fleet, before: Served = nothing, after: Served): void {
  fleet.checked += after.checked - before.checked;
  fleet.datagramPorts += after.datagramPorts - before.datagramPorts;
}
