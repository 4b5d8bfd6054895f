/**
 * When what a fleet divides among its load balancers is divided anew.
 *
 * @module
 */
import type { Clock } from "../../../base/clock.ts";
import type { FleetLedger } from "./fleet_ledger.ts";

/** It changes many clusters of a fleet, so a burst of objects must settle first; ms. */
const settleTime = 1_000;

/** Puts into force what a ledger asks for, a moment after it does. */
export class LedgerTimer implements Disposable {
  readonly #timers = new Map<string, Disposable>();

  /** @param changed is told each fleet for which it was done. */
  constructor(
    private readonly ledger: FleetLedger,
    private readonly clock: Clock,
    private readonly changed: (fleet: string) => void,
  ) {}

  /** What `fleet` serves may have changed. */
  look(fleet: string): void {
    if (this.#timers.has(fleet) || !this.ledger.isStale(fleet)) return;
    this.#timers.set(fleet, this.clock.timer(() => this.#settle(fleet), settleTime));
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers.values()) timer[Symbol.dispose]();
    this.#timers.clear();
  }

  #settle(fleet: string): void {
    this.#timers.delete(fleet);
    if (!this.ledger.isStale(fleet)) return;
    this.ledger.refresh(fleet);
    this.changed(fleet);
  }
}
