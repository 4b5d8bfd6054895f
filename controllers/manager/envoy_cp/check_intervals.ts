/**
 * When a fleet's health-check interval changes.
 *
 * @module
 */
import type { Clock } from "../../../base/clock.ts";
import type { FleetLedger } from "./fleet_ledger.ts";

/** A new interval changes every cluster of a fleet, so a burst of objects must settle first; ms. */
const settleTime = 1_000;

/** Puts new intervals into force, a moment after the number of endpoints asked for them. */
export class CheckIntervals implements Disposable {
  readonly #timers = new Map<string, Disposable>();

  /** @param changed is told each fleet whose interval is another one now. */
  constructor(
    private readonly ledger: FleetLedger,
    private readonly clock: Clock,
    private readonly changed: (fleet: string) => void,
  ) {}

  /** The number of endpoints of `fleet` may have changed. */
  look(fleet: string): void {
    if (this.#timers.has(fleet) || !this.ledger.intervalIsStale(fleet)) return;
    this.#timers.set(fleet, this.clock.timer(() => this.#settle(fleet), settleTime));
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers.values()) timer[Symbol.dispose]();
    this.#timers.clear();
  }

  #settle(fleet: string): void {
    this.#timers.delete(fleet);
    if (!this.ledger.intervalIsStale(fleet)) return;
    this.ledger.refreshInterval(fleet);
    this.changed(fleet);
  }
}
