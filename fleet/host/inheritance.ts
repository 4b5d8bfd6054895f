/**
 * What is known of Envoys that an earlier manager has started.
 *
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import { describeError } from "../../base/errors.ts";
import type { Logger } from "../../base/logger.ts";
import { budgetFields, type DescriptorBudget } from "./descriptor_budget.ts";
import type { FleetSupervisor } from "./fleet_supervisor.ts";
import { openAddresses, processBudget } from "./process_budget.ts";

/** The Envoy of a fleet, as it is looked after. */
type Adopted = Pick<FleetSupervisor, "status" | "listeners">;

/** What adopted Envoys can hold, and what they hold besides their listeners, by fleet. */
export class Inheritance {
  /** Addresses of listeners that drained when the Envoy was adopted. */
  readonly drains = new Map<string, number>();
  /** Of Envoys that were started with other limits than ours. */
  readonly #budgets = new Map<string, DescriptorBudget>();

  /** @param budget of Envoys that this manager starts. */
  constructor(private readonly budget: DescriptorBudget, private readonly log: Logger) {}

  /** The budget of a fleet's Envoy: one that is adopted keeps the limit that it was started with. */
  budgetOf(fleet: string): DescriptorBudget {
    return this.#budgets.get(fleet) ?? this.budget;
  }

  /** Learns of an Envoy that was adopted, if it was. */
  async read(fleet: string, envoy: Adopted): Promise<void> {
    const { pid } = envoy.status;
    if (pid === undefined) return;
    this.#readBudget(fleet, pid);
    await this.#readDrains(fleet, pid, envoy);
    // It may have ended meanwhile.
    if (envoy.status.pid !== pid) this.forget(fleet);
  }

  /** The fleet's Envoy has ended. */
  forget(fleet: string): void {
    this.#budgets.delete(fleet);
    this.drains.delete(fleet);
  }

  #readBudget(fleet: string, pid: number): void {
    const budget = processBudget(pid);
    if (budget === undefined || isDeepStrictEqual(budget, this.budget)) return;
    this.#budgets.set(fleet, budget);
    const message = "an Envoy has file descriptors for other numbers until it is started again";
    this.log.warn(message, { fleet, ...budgetFields(budget) });
  }

  /** What the earlier manager changed last keeps its descriptors for as long as the drain time. */
  async #readDrains(fleet: string, pid: number, envoy: Adopted): Promise<void> {
    try {
      const { active, draining } = await envoy.listeners();
      // Each may listen at addresses of both families. TCP listeners that went are among them, without
      // sockets: no more counts than what is open beside the listeners that are there.
      const addresses = Math.min(2 * draining, openAddresses(pid) - active);
      if (addresses > 0) this.drains.set(fleet, addresses);
    } catch (error) {
      const message = "cannot ask an Envoy what drains: its listeners wait for the drain time";
      this.log.warn(message, { fleet, error: describeError(error) });
      this.drains.set(fleet, this.budgetOf(fleet).draining.addresses);
    }
  }
}
