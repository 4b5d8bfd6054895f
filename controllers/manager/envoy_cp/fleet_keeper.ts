/**
 * Lets a fleet run exactly as long as it serves something.
 *
 * @module
 */
import type { Clock } from "../../../base/clock.ts";
import type { Logger } from "../../../base/logger.ts";
import type { Registry } from "../../../base/metrics.ts";
import type { ResourceStores } from "../../../envoy/xds/resource_stores.ts";
import type { FleetRuntime } from "../../../fleet/runtime.ts";
import { Controller } from "../../../kube/controller.ts";
import type { EnvoyControlPlane } from "./envoy_control_plane.ts";

/** What the keeper works with. */
export interface FleetKeeperOptions {
  readonly controlPlane: Pick<EnvoyControlPlane, "ledger" | "fleets">;
  readonly runtime: FleetRuntime;
  readonly stores: ResourceStores;
  readonly log: Logger;
  readonly clock: Clock;
  readonly metrics: Registry;
}

/** The last object of a fleet is often followed by another one; milliseconds to wait for it. */
const linger = 2_000;

/** Fleets started or ended at once; ending one waits for its connections. */
const concurrency = 32;

/** One queue key per fleet; belongs to the replica that runs the Envoys. */
export class FleetKeeper {
  readonly #options: FleetKeeperOptions;
  readonly #controller: Controller;

  constructor(options: FleetKeeperOptions) {
    this.#options = options;
    const { log, clock, metrics } = options;
    this.#controller = new Controller({
      name: "fleet-controller",
      concurrency,
      groupOf: (fleet) => fleet,
      // A fleet that drains takes as long as its connections; the runtime bounds that.
      timeout: 15 * 60_000,
      reconcile: (fleet) => this.#reconcile(fleet),
      log,
      clock,
      metrics,
    });
  }

  /**
   * Keeps fleets until `signal` fires. To be started once all objects were looked at: until then a
   * fleet that nobody asked for yet looks as if nobody wanted it.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { controlPlane, runtime } = this.#options;
    using _fleets = controlPlane.fleets.subscribe((fleet) => this.#enqueue(fleet));
    for (const fleet of new Set([...controlPlane.ledger.fleets(), ...runtime.fleets()])) {
      this.#enqueue(fleet);
    }
    await this.#controller.run(signal);
  }

  #enqueue(fleet: string): void {
    const wanted = this.#options.controlPlane.ledger.has(fleet);
    this.#controller.enqueue(fleet, wanted ? {} : { after: linger });
  }

  async #reconcile(fleet: string): Promise<void> {
    const { controlPlane: { ledger }, runtime, stores } = this.#options;
    if (ledger.has(fleet)) return await runtime.ensure(fleet);
    await runtime.remove(fleet);
    // Wanted again while it drained: then its store is in use, and the key is queued once more.
    if (!ledger.has(fleet)) stores.remove(fleet);
  }
}
