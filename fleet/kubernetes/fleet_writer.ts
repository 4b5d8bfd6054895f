/**
 * Writes the objects of fleets: the doing beside `fleet_deployment.ts`. Leader only.
 *
 * @module
 */
import { type Deployment, deployments } from "../../apis/apps/v1.ts";
import { type Secret, secrets } from "../../apis/core/v1.ts";
import { envoyCredentialsSecretName, envoyWorkloadName } from "../../apis/kubelb/names.ts";
import { describeError } from "../../base/errors.ts";
import { adoptedManagedFields, managedFieldsPatch } from "../../kube/adoption.ts";
import type { Applied } from "../../kube/client.ts";
import { Controller, type ReconcileResult } from "../../kube/controller.ts";
import { credentialsSecret, renewalOf } from "./credentials_secret.ts";
import { fleetDeployment, fleetOf } from "./fleet_deployment.ts";
import type { FleetCaches, KubernetesRuntimeOptions } from "./kubernetes_runtime.ts";

/** What the writer works with. */
export interface FleetWriterOptions extends KubernetesRuntimeOptions {
  readonly caches: FleetCaches;
  /** Undefined while nobody has decided. */
  readonly wanted: (fleet: string) => boolean | undefined;
  /** Takes what is wrong with a fleet's objects, or that nothing is. */
  readonly tell: (fleet: string, problem: string | undefined) => void;
}

const fieldManager = "kubelb-fleet";

/** Timers of the system do not reach further than 24 days, and clocks get set. */
const longestPause = 60 * 60 * 1000;

/** What was written last. */
interface Written {
  readonly text: string;
  /** `metadata.generation` that came of it: another one is somebody else's change. */
  readonly generation: number | undefined;
}

/** One queue key per fleet. Made anew for each term of the leader. */
export class FleetWriter {
  readonly #controller: Controller;
  readonly #written = new Map<string, Written>();

  constructor(private readonly options: FleetWriterOptions) {
    const { caches, log, clock, metrics } = options;
    this.#controller = new Controller({
      name: "fleet-writer",
      concurrency: 8,
      groupOf: (fleet) => fleet,
      reconcile: (fleet, { signal }) => this.#reconcile(fleet, signal),
      log,
      clock,
      metrics,
    })
      .watch(caches.deployments, (deployment) => {
        const fleet = fleetOf(deployment);
        return fleet === undefined ? [] : [fleet];
      })
      .watch(caches.credentials, ({ metadata }) => [metadata.namespace ?? ""]);
  }

  /** Wants a fleet looked at. */
  enqueue(fleet: string): void {
    this.#controller.enqueue(fleet);
  }

  /** Writes until `signal` fires. */
  async run(signal: AbortSignal): Promise<void> {
    const { settingsChanges, issuer, caches } = this.options;
    const enqueueAll = () => {
      for (const deployment of caches.deployments.list()) {
        const fleet = fleetOf(deployment);
        if (fleet !== undefined) this.enqueue(fleet);
      }
    };
    using _settings = settingsChanges.subscribe(enqueueAll);
    using _authorities = issuer.changes.subscribe(enqueueAll);
    await this.#controller.run(signal);
  }

  async #reconcile(fleet: string, signal: AbortSignal): Promise<ReconcileResult | void> {
    const { wanted, tell } = this.options;
    try {
      const result = wanted(fleet) === true
        ? await this.#bring(fleet, signal)
        : wanted(fleet) === false
        ? await this.#remove(fleet, signal)
        : undefined;
      tell(fleet, undefined);
      return result;
    } catch (error) {
      if (!signal.aborted) tell(fleet, `its pods cannot be set up: ${describeError(error)}`);
      throw error;
    }
  }

  /** Credentials first: without them no pod starts. */
  async #bring(fleet: string, signal: AbortSignal): Promise<ReconcileResult> {
    const { clock } = this.options;
    const renewAt = await this.#bringCredentials(fleet, signal);
    await this.#bringDeployment(fleet, signal);
    return { requeueAfter: Math.max(1_000, Math.min(renewAt - clock.now(), longestPause)) };
  }

  async #bringCredentials(fleet: string, signal: AbortSignal): Promise<number> {
    const { caches, issuer, client, clock } = this.options;
    const trust = issuer.trust();
    const present = caches.credentials.get(`${fleet}/${envoyCredentialsSecretName}`);
    const renewAt = renewalOf(present, trust);
    if (renewAt > clock.now()) return renewAt;
    const issued = await issuer.issueFleet(fleet);
    const desired = credentialsSecret(fleet, issued, trust) as unknown as Applied<Secret>;
    const applied = await client.apply<Secret>(secrets, desired, { fieldManager, signal });
    caches.credentials.observe(applied);
    return issued.renewAt;
  }

  async #bringDeployment(fleet: string, signal: AbortSignal): Promise<void> {
    const { caches, settingsOf, pods } = this.options;
    const desired = fleetDeployment(fleet, settingsOf(fleet), pods);
    const text = JSON.stringify(desired);
    const present = caches.deployments.get(`${fleet}/${desired.metadata.name}`);
    const written = this.#written.get(fleet);
    const same = written?.text === text && written.generation === present?.metadata.generation;
    if (present !== undefined && same) return;
    const applied = await this.#apply(desired, signal);
    this.#written.set(fleet, { text, generation: applied.metadata.generation });
    caches.deployments.observe(applied);
  }

  async #apply(desired: Deployment, signal: AbortSignal): Promise<Deployment> {
    const { client } = this.options;
    const body = desired as unknown as Applied<Deployment>;
    const apply = () => client.apply<Deployment>(deployments, body, { fieldManager, signal });
    const applied = await apply();
    const { length } = desired.spec.template.spec.containers;
    if (applied.spec.template.spec.containers.length === length) return applied;
    // Upstream's manager has a second container in its pods; only the owner of a field can drop it.
    const fields = adoptedManagedFields(applied, fieldManager, ["spec", "template"]);
    if (fields === undefined) return applied;
    const json = managedFieldsPatch(applied, fields);
    await client.patch(deployments, applied.metadata, { json }, { signal });
    return await apply();
  }

  async #remove(fleet: string, signal: AbortSignal): Promise<void> {
    const { caches, client } = this.options;
    this.#written.delete(fleet);
    const deployment = caches.deployments.get(`${fleet}/${envoyWorkloadName(fleet)}`);
    if (deployment !== undefined && !deployment.metadata.deletionTimestamp) {
      // In the background: pods finish what they have, and the name is free at once.
      const { uid } = deployment.metadata;
      const options = { uid, signal, propagationPolicy: "Background" as const };
      await client.delete(deployments, deployment.metadata, options);
    }
    const secret = caches.credentials.get(`${fleet}/${envoyCredentialsSecretName}`);
    if (secret !== undefined) {
      await client.delete(secrets, secret.metadata, { uid: secret.metadata.uid, signal });
    }
  }
}
