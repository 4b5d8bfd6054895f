/**
 * What is known about the data plane, put together: decisions, acknowledgements, Envoys.
 *
 * @module
 */
import { parseKey } from "../../../apis/meta/v1.ts";
import { Listeners } from "../../../base/listeners.ts";
import type { Resource } from "../../../envoy/xds/resource.ts";
import type { ResourceStores } from "../../../envoy/xds/resource_stores.ts";
import type { FleetRuntime } from "../../../fleet/runtime.ts";
import type { DataPlaneView } from "../loadbalancer/data_plane_view.ts";
import type { Acknowledgements, Progress } from "./acknowledgements.ts";
import type { EnvoyControlPlane } from "./envoy_control_plane.ts";
import { ownerKeyOf } from "./resources.ts";
import type { ServedState } from "./served_state.ts";

/** Answers the controllers that report to users. */
export class DataPlane implements DataPlaneView, Disposable {
  readonly #controlPlane: EnvoyControlPlane;
  readonly #runtime: FleetRuntime;
  readonly #acknowledgements: Acknowledgements;
  readonly #stores: ResourceStores;
  readonly #changes = new Listeners<string>();
  readonly #subscriptions = new DisposableStack();

  constructor(
    controlPlane: EnvoyControlPlane,
    acknowledgements: Acknowledgements,
    runtime: FleetRuntime,
    stores: ResourceStores,
  ) {
    this.#controlPlane = controlPlane;
    this.#acknowledgements = acknowledgements;
    this.#runtime = runtime;
    this.#stores = stores;
    this.#subscriptions.use(acknowledgements.answers.subscribe((names) => this.#tellOwners(names)));
    this.#subscriptions.use(controlPlane.decisions.subscribe((key) => this.#tell(key)));
    this.#subscriptions.use(runtime.subscribe((fleet) => this.#tellFleet(fleet)));
  }

  state(key: string): ServedState | undefined {
    return this.#controlPlane.state(key);
  }

  progress(key: string): Progress {
    const fleet = parseKey(key).namespace ?? "";
    const { resources = [], since = 0 } = this.state(key) ?? {};
    return this.#refusal(fleet, resources) ??
      this.#acknowledgements.progress(fleet, resources, since);
  }

  fleetProblem(fleet: string): string | undefined {
    const { state, message } = this.#runtime.status(fleet);
    return state === "failed" || state === "backoff" ? message ?? `Envoy: ${state}` : undefined;
  }

  onChanged(listener: (key: string) => void): Disposable {
    return this.#changes.subscribe(listener);
  }

  [Symbol.dispose](): void {
    this.#subscriptions.dispose();
  }

  /** What is in quarantine is not sent to Envoys that connect now: they cannot say what is wrong. */
  #refusal(fleet: string, resources: readonly Resource[]): Progress | undefined {
    if (!this.#stores.has(fleet)) return undefined;
    const store = this.#stores.get(fleet);
    for (const resource of resources) {
      const message = store.refusalOf(resource);
      if (message !== undefined) return { kind: "rejected", message };
    }
    return undefined;
  }

  #tellOwners(names: Iterable<string>): void {
    for (const key of new Set([...names].map(ownerKeyOf))) this.#tell(key);
  }

  #tellFleet(fleet: string): void {
    for (const key of this.#controlPlane.ledger.keys(fleet)) this.#tell(key);
  }

  #tell(key: string): void {
    this.#changes.emit(key);
  }
}
