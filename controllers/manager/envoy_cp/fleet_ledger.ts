/**
 * Per fleet: which objects it serves, and how many endpoints its Envoys have to check.
 *
 * @module
 */
import {
  healthCheckInterval,
  minimumInterval,
} from "../../../envoy/translate/health_check_interval.ts";
import type { L4Service } from "../../../envoy/translate/l4_service.ts";

interface Fleet {
  /** Key of the object → how many of its endpoints are checked. */
  readonly checked: Map<string, number>;
  total: number;
  /** The interval in force, seconds. */
  interval: number;
}

/** Counted as objects come and go, so that no change has to look at the whole fleet. */
export class FleetLedger {
  readonly #fleets = new Map<string, Fleet>();

  /**
   * `fleet` serves the object `key`, which has `checked` endpoints to check.
   *
   * @returns whether this is the fleet's first object.
   */
  add(fleet: string, key: string, checked: number): boolean {
    const known = this.#fleets.get(fleet);
    const entry = known ?? { checked: new Map(), total: 0, interval: minimumInterval };
    if (known === undefined) this.#fleets.set(fleet, entry);
    entry.total += checked - (entry.checked.get(key) ?? 0);
    entry.checked.set(key, checked);
    return known === undefined;
  }

  /**
   * `fleet` no longer serves `key`.
   *
   * @returns whether it was the last.
   */
  remove(fleet: string, key: string): boolean {
    const entry = this.#fleets.get(fleet);
    const checked = entry?.checked.get(key);
    if (entry === undefined || checked === undefined) return false;
    entry.checked.delete(key);
    entry.total -= checked;
    if (entry.checked.size > 0) return false;
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
    return [...this.#fleets.get(fleet)?.checked.keys() ?? []];
  }

  /** Seconds between two checks of an endpoint, as in force. */
  interval(fleet: string): number {
    return this.#fleets.get(fleet)?.interval ?? minimumInterval;
  }

  /** Whether the number of endpoints asks for another interval than the one in force. */
  intervalIsStale(fleet: string): boolean {
    const entry = this.#fleets.get(fleet);
    return entry !== undefined && healthCheckInterval(entry.total) !== entry.interval;
  }

  /** Puts the interval that the number of endpoints asks for into force. */
  refreshInterval(fleet: string): void {
    const entry = this.#fleets.get(fleet);
    if (entry !== undefined) entry.interval = healthCheckInterval(entry.total);
  }
}

/** How many endpoints of these services are checked. */
export function endpointsToCheck(services: readonly L4Service[]): number {
  const checked = services.filter(({ healthCheck }) => healthCheck !== undefined);
  return checked.reduce((sum, { endpoints }) => sum + endpoints.length, 0);
}
