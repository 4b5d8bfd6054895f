/**
 * What is known about the data plane, put together: decisions, acknowledgements, Envoys.
 *
 * @module
 */
import { parseKey } from "../../../apis/meta/v1.ts";
import type { Clock } from "../../../base/clock.ts";
import { Listeners } from "../../../base/listeners.ts";
import type { Resource } from "../../../envoy/xds/resource.ts";
import type { ResourceStores } from "../../../envoy/xds/resource_stores.ts";
import type { FleetRuntime } from "../../../fleet/runtime.ts";
import type { DataPlaneView } from "../loadbalancer/data_plane_view.ts";
import type { ReportSource } from "../replicas/leader_link.ts";
import { mergedProgress } from "../replicas/merged_progress.ts";
import type { ReplicaMessage } from "../replicas/replica_message.ts";
import type { ReplicaReports } from "../replicas/replica_reports.ts";
import { type Acknowledgements, patience, type Progress } from "./acknowledgements.ts";
import type { EnvoyControlPlane } from "./envoy_control_plane.ts";
import { ownerKeyOf } from "./resources.ts";
import type { ServedState } from "./served_state.ts";
import type { SocketPaces } from "./socket_paces.ts";

/** Where the knowledge comes from. */
export interface DataPlaneOptions {
  readonly controlPlane: EnvoyControlPlane;
  readonly acknowledgements: Acknowledgements;
  readonly paces: Pick<SocketPaces, "isPaused">;
  readonly runtime: FleetRuntime;
  readonly stores: ResourceStores;
  /** What other managers say of their Envoys; absent where none can. */
  readonly reports?: ReplicaReports | undefined;
  readonly clock: Clock;
}

/** Answers the controllers that report to users, and other managers. */
export class DataPlane implements DataPlaneView, ReportSource, Disposable {
  readonly #options: DataPlaneOptions;
  readonly #changes = new Listeners<string>();
  readonly #accepted = new Listeners<string>();
  readonly #subscriptions = new DisposableStack();

  constructor(options: DataPlaneOptions) {
    this.#options = options;
    const { acknowledgements, controlPlane, runtime, reports } = options;
    const subscriptions = this.#subscriptions;
    const { accepted, refused } = acknowledgements;
    subscriptions.use(accepted.subscribe((names) => tellOwners(names, this.#accepted)));
    subscriptions.use(refused.subscribe((names) => tellOwners(names, this.#changes)));
    subscriptions.use(controlPlane.decisions.subscribe((key) => this.#tell(key)));
    subscriptions.use(runtime.subscribe((fleet) => this.#tellFleet(fleet)));
    subscriptions.use(reports?.changes.subscribe((key) => this.#tellReport(key)) ?? null);
  }

  state(key: string): ServedState | undefined {
    return this.#options.controlPlane.state(key);
  }

  /** How far the Envoys of all managers are. */
  progress(key: string): Progress {
    const { generation = 0, since = 0 } = this.state(key) ?? {};
    const others = this.#options.reports?.about(key, generation) ?? [];
    const overdue = this.#options.clock.monotonic() - since >= patience;
    return mergedProgress(this.#ownProgress(key), others, overdue);
  }

  /** How far the Envoys of this manager are, for the one that leads. */
  report(key: string): ReplicaMessage {
    return {
      key,
      generation: this.state(key)?.generation ?? 0,
      progress: this.#ownProgress(key),
    };
  }

  /** Keys of all load balancers that are served. */
  keys(): Iterable<string> {
    return this.#options.controlPlane.keys();
  }

  fleetProblem(fleet: string): string | undefined {
    const { state, message } = this.#options.runtime.status(fleet);
    return state === "failed" || state === "backoff" ? message ?? `Envoy: ${state}` : undefined;
  }

  isPaused(fleet: string): boolean {
    return this.#options.paces.isPaused(fleet);
  }

  onChanged(listener: (key: string) => void): Disposable {
    return this.#changes.subscribe(listener);
  }

  onAccepted(listener: (key: string) => void): Disposable {
    return this.#accepted.subscribe(listener);
  }

  [Symbol.dispose](): void {
    this.#subscriptions.dispose();
  }

  /** What is in quarantine is not sent to Envoys that connect now: they cannot say what is wrong. */
  #refusal(fleet: string, resources: readonly Resource[]): Progress | undefined {
    if (!this.#options.stores.has(fleet)) return undefined;
    const store = this.#options.stores.get(fleet);
    for (const resource of resources) {
      const message = store.refusalOf(resource);
      if (message !== undefined) return { kind: "rejected", message };
    }
    return undefined;
  }

  #ownProgress(key: string): Progress {
    const { acknowledgements } = this.#options;
    const fleet = parseKey(key).namespace ?? "";
    const { resources = [], since = 0 } = this.state(key) ?? {};
    return this.#refusal(fleet, resources) ?? acknowledgements.progress(fleet, resources, since);
  }

  #tellReport(key: string): void {
    if (this.progress(key).kind === "rejected") this.#tell(key);
    else this.#accepted.emit(key);
  }

  #tellFleet(fleet: string): void {
    for (const key of this.#options.controlPlane.ledger.keys(fleet)) this.#tell(key);
  }

  #tell(key: string): void {
    this.#changes.emit(key);
  }
}

function tellOwners(names: readonly string[], listeners: Listeners<string>): void {
  for (const key of new Set(names.map(ownerKeyOf))) listeners.emit(key);
}
