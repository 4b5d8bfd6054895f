/**
 * Envoys as pods of the hub.
 *
 * @module
 */
import { type Deployment, deployments } from "../../apis/apps/v1.ts";
import { type Secret, secrets } from "../../apis/core/v1.ts";
import { envoyCredentialsSecretName, envoyWorkloadName } from "../../apis/kubelb/names.ts";
import type { Clock } from "../../base/clock.ts";
import { Listeners } from "../../base/listeners.ts";
import type { Logger } from "../../base/logger.ts";
import type { Registry } from "../../base/metrics.ts";
import type { KubeClient } from "../../kube/client.ts";
import type { Informers } from "../../kube/informers.ts";
import type { ObjectCache } from "../../kube/object_cache.ts";
import type { CertificateIssuer } from "../identity/xds_identity.ts";
import type { FleetCapacity, FleetRuntime, FleetStatus } from "../runtime.ts";
import { deploymentStatus } from "./deployment_status.ts";
import { fleetOf, fleetSelector } from "./fleet_deployment.ts";
import type { FleetSettings, PodOptions } from "./fleet_settings.ts";
import { FleetWriter } from "./fleet_writer.ts";

/** What the runtime works with. */
export interface KubernetesRuntimeOptions {
  readonly client: Pick<KubeClient, "apply" | "delete" | "get" | "patch">;
  readonly informers: Informers;
  readonly pods: PodOptions;
  /** How the pods of a fleet are to be now. */
  readonly settingsOf: (fleet: string) => FleetSettings;
  /** Tells that the settings of some fleets have changed. */
  readonly settingsChanges: Pick<Listeners<void>, "subscribe">;
  readonly issuer: CertificateIssuer;
  readonly log: Logger;
  readonly clock: Clock;
  readonly metrics: Registry;
}

/** Containers may open half a million files at least: more than there are ports. */
const podCapacity: FleetCapacity = { listeners: Infinity, datagramClients: 100_000 };

/** The objects of fleets. */
export interface FleetCaches {
  readonly deployments: ObjectCache<Deployment>;
  /** Those by which Envoys are known. */
  readonly credentials: ObjectCache<Secret>;
}

/**
 * Keeps one Deployment per fleet, in the fleet's namespace. Every replica of the manager knows what
 * is wanted; the one that leads writes it.
 */
export class KubernetesRuntime implements FleetRuntime {
  readonly kind = "kubernetes";
  readonly #wanted = new Map<string, boolean>();
  readonly #problems = new Map<string, string>();
  readonly #changes = new Listeners<string>();
  /** Told about the fleets that the leader has to look at. */
  readonly #orders = new Listeners<string>();
  readonly #caches: FleetCaches;
  readonly #subscription: Disposable;

  private constructor(private readonly options: KubernetesRuntimeOptions, caches: FleetCaches) {
    this.#caches = caches;
    this.#subscription = caches.deployments.subscribe(({ object }) => {
      const fleet = fleetOf(object);
      if (fleet !== undefined) this.#changes.emit(fleet);
    });
  }

  /**
   * Waits until it is known what runs.
   *
   * @throws the reason of `signal`.
   */
  static async open(
    options: KubernetesRuntimeOptions,
    signal: AbortSignal,
  ): Promise<KubernetesRuntime> {
    const { informers } = options;
    const caches = {
      deployments: informers.informer(deployments, { labelSelector: fleetSelector }).cache,
      // By name: RBAC then lets the manager read no other Secret.
      credentials: informers.informer(secrets, {
        fieldSelector: `metadata.name=${envoyCredentialsSecretName}`,
      }).cache,
    };
    await caches.deployments.whenSynced(signal);
    await caches.credentials.whenSynced(signal);
    return new KubernetesRuntime(options, caches);
  }

  /** Not known, and pods have descriptors enough. */
  readonly inheritedDrains: ReadonlyMap<string, number> = new Map();

  capacity(): FleetCapacity {
    return podCapacity;
  }

  ensure(fleet: string): Promise<void> {
    this.#order(fleet, true);
    return Promise.resolve();
  }

  /** Resolves when the Deployment is gone; its pods may still be busy with open connections. */
  async remove(fleet: string): Promise<void> {
    this.#order(fleet, false);
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = () => {
      if (this.#wanted.get(fleet) === true || this.#deployment(fleet) === undefined) resolve();
    };
    using _changes = this.#changes.subscribe((changed) => void (changed === fleet && look()));
    look();
    await promise;
    // It may have been wanted again meanwhile.
    if (this.#wanted.get(fleet) === false) this.#wanted.delete(fleet);
  }

  status(fleet: string): FleetStatus {
    const wanted = this.#wanted.get(fleet) === true;
    return deploymentStatus(this.#deployment(fleet), wanted, this.#problems.get(fleet));
  }

  fleets(): readonly string[] {
    const present = this.#caches.deployments.list().flatMap((object) => fleetOf(object) ?? []);
    return [...new Set([...this.#wanted.keys(), ...present])];
  }

  subscribe(listener: (fleet: string, status: FleetStatus) => void): Disposable {
    return this.#changes.subscribe((fleet) => listener(fleet, this.status(fleet)));
  }

  /** The container's output, which the cluster collects. */
  accessLogPath(): string {
    return "/dev/stdout";
  }

  async lead(signal: AbortSignal): Promise<void> {
    const writer = new FleetWriter({
      ...this.options,
      caches: this.#caches,
      wanted: (fleet) => this.#wanted.get(fleet),
      tell: (fleet, problem) => this.#tell(fleet, problem),
    });
    using _orders = this.#orders.subscribe((fleet) => writer.enqueue(fleet));
    for (const fleet of this.#wanted.keys()) writer.enqueue(fleet);
    await writer.run(signal);
    // Whoever leads now knows better.
    for (const fleet of [...this.#problems.keys()]) this.#tell(fleet, undefined);
  }

  /** Pods serve on without this manager. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#subscription[Symbol.dispose]();
    return Promise.resolve();
  }

  #deployment(fleet: string): Deployment | undefined {
    return this.#caches.deployments.get(`${fleet}/${envoyWorkloadName(fleet)}`);
  }

  #order(fleet: string, wanted: boolean): void {
    if (this.#wanted.get(fleet) === wanted) return;
    this.#wanted.set(fleet, wanted);
    this.#orders.emit(fleet);
    this.#changes.emit(fleet);
  }

  #tell(fleet: string, problem: string | undefined): void {
    if (this.#problems.get(fleet) === problem) return;
    if (problem === undefined) this.#problems.delete(fleet);
    else this.#problems.set(fleet, problem);
    this.#changes.emit(fleet);
  }
}
