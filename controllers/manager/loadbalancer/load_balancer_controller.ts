/**
 * LoadBalancer → hub Service → status. Runs in the leader only.
 *
 * @module
 */
import { conditionReasons as reasons } from "../../../apis/kubelb/conditions.ts";
import {
  cleanupFinalizer,
  cleanupHostnameFinalizer,
  legacyEnvoyProxyFinalizer,
  loadBalancerOfHubService,
} from "../../../apis/kubelb/names.ts";
import { type LoadBalancer, loadBalancers } from "../../../apis/kubelb/v1alpha1/mod.ts";
import { keyOf, parseKey } from "../../../apis/meta/v1.ts";
import type { Clock } from "../../../base/clock.ts";
import type { Logger } from "../../../base/logger.ts";
import type { Registry } from "../../../base/metrics.ts";
import { isApiError } from "../../../kube/api_error.ts";
import type { KubeClient } from "../../../kube/client.ts";
import {
  Controller,
  type ReconcileContext,
  type ReconcileResult,
} from "../../../kube/controller.ts";
import type { EventRecorder } from "../../../kube/event_recorder.ts";
import { hasFinalizer } from "../../../kube/finalizer.ts";
import type { LiveSettings } from "../config/live_settings.ts";
import type { TenantSettings } from "../config/tenant_settings.ts";
import { ReconcileMetrics } from "../reconcile_metrics.ts";
import type { HubCaches } from "../hub/hub_caches.ts";
import { namespaceOfTenant } from "../tenant/tenant_namespace.ts";
import type { DataPlaneView } from "./data_plane_view.ts";
import { readFrontPorts } from "./front_ports.ts";
import type { HubPorts } from "./hub_ports.ts";
import type { RuntimeKind } from "./hub_service.ts";
import { HubServiceWriter } from "./hub_service_writer.ts";
import { accepted, type Verdict } from "./load_balancer_status.ts";
import { isProgrammed } from "./programmed.ts";
import { StatusReporter } from "./status_reporter.ts";
import { patienceLeft, tenantNotFound } from "./tenant_absence.ts";
import { tooManyPorts } from "./too_many_ports.ts";

/** What the controller works with. */
export interface LoadBalancerControllerOptions {
  readonly client: KubeClient;
  readonly caches: HubCaches;
  readonly settings: LiveSettings;
  readonly ports: HubPorts;
  readonly dataPlane: DataPlaneView;
  readonly runtime: RuntimeKind;
  readonly events: EventRecorder;
  readonly log: Logger;
  readonly clock: Clock;
  readonly metrics: Registry;
}

/**
 * Reconciliations at once. Kubernetes assigns cluster addresses one after another: with 16 creations
 * in flight instead of 4 it makes no more Services a second, and everyone else waits three times as
 * long (measured).
 */
const concurrency = 4;

const disabled: Verdict = {
  status: "False",
  reason: reasons.disabled,
  message: "the hub's operator has switched load balancers off (Config or Tenant)",
};

const ourFinalizers: ReadonlySet<string> = new Set([
  cleanupFinalizer,
  cleanupHostnameFinalizer,
  legacyEnvoyProxyFinalizer,
]);

/** Owns hub Services, finalizers and status of LoadBalancers. */
export class LoadBalancerController {
  readonly #options: LoadBalancerControllerOptions;
  readonly #writer: HubServiceWriter;
  readonly #reporter: StatusReporter;
  readonly #controller: Controller;

  constructor(options: LoadBalancerControllerOptions) {
    this.#options = options;
    const { caches, log, clock, metrics } = options;
    this.#writer = new HubServiceWriter({ ...options, services: caches.services });
    this.#reporter = new StatusReporter({ ...options, loadBalancers: caches.loadBalancers });
    const times = new ReconcileMetrics({
      name: "loadbalancer",
      perNamespace: true,
      metrics,
      clock,
    });
    this.#controller = new Controller({
      name: "loadbalancer-controller",
      concurrency,
      reconcile: (key, context) =>
        times.time(parseKey(key).namespace ?? "", () => this.#reconcile(key, context)),
      log,
      clock,
      metrics,
    })
      .watch(caches.loadBalancers, ({ metadata }) => [keyOf(metadata)])
      .watch(caches.services, ({ metadata }) => keyOfService(metadata))
      .watch(caches.tenants, ({ metadata }) => this.#keysIn(namespaceOfTenant(metadata.name)))
      .watch(caches.namespaces, ({ metadata }, { type }) =>
        // Namespaces change their status now and then; only coming and going opens or closes one.
        type === "updated" ? [] : this.#keysIn(metadata.name));
  }

  /** Reconciles until `signal` fires. */
  async run(signal: AbortSignal): Promise<void> {
    const { settings, dataPlane, caches } = this.#options;
    using _settings = settings.changes.subscribe(() => {
      for (const { metadata } of caches.loadBalancers.list()) {
        this.#controller.enqueue(keyOf(metadata));
      }
    });
    using _changes = dataPlane.onChanged((key) => this.#controller.enqueue(key));
    using _accepted = dataPlane.onAccepted((key) => {
      const loadBalancer = caches.loadBalancers.get(key);
      // Hundreds of Envoys accept each change of nodes, of which nothing is left to be told.
      if (loadBalancer && !isProgrammed(loadBalancer)) this.#controller.enqueue(key);
    });
    await this.#controller.run(signal);
  }

  #keysIn(namespace: string): string[] {
    const present = this.#options.caches.loadBalancers.list(namespace);
    return present.map(({ metadata }) => keyOf(metadata));
  }

  async #reconcile(key: string, context: ReconcileContext): Promise<ReconcileResult | void> {
    const { caches, settings } = this.#options;
    const loadBalancer = caches.loadBalancers.get(key);
    if (loadBalancer === undefined) {
      this.#reporter.forget(key);
      return await this.#writer.deleteOrphan(key, context);
    }
    const { metadata } = loadBalancer;
    const { namespace = "" } = metadata;
    if (metadata.deletionTimestamp) return await this.#cleanUp(loadBalancer, context);
    const tenant = settings.settingsOf(namespace);
    if (tenant === undefined) return await this.#serveNobody(loadBalancer, context);
    if (!this.#isOpen(namespace)) return;
    if (!tenant.loadBalancer.disabled) return await this.#serve(loadBalancer, tenant, context);
    return await this.#withdraw(loadBalancer, disabled, context);
  }

  /** There is no Tenant: Envoys serve nothing of it already, and what it has goes after a while. */
  async #serveNobody(
    loadBalancer: LoadBalancer,
    context: ReconcileContext,
  ): Promise<ReconcileResult | void> {
    const verdict = tenantNotFound(loadBalancer.metadata.namespace ?? "");
    const service = this.#writer.own(loadBalancer);
    const left = patienceLeft(loadBalancer, this.#options.clock.now());
    if (service === undefined || left === 0) {
      return await this.#withdraw(loadBalancer, verdict, context);
    }
    await this.#reporter.report(loadBalancer, verdict, service, context.signal);
    return { requeueAfter: left };
  }

  /** Takes away what it has, and says why. */
  async #withdraw(
    loadBalancer: LoadBalancer,
    why: Verdict,
    context: ReconcileContext,
  ): Promise<ReconcileResult | void> {
    await this.#writer.delete(loadBalancer, context);
    this.#options.ports.forget(loadBalancer.metadata);
    return await this.#reporter.report(loadBalancer, why, undefined, context.signal);
  }

  async #serve(
    loadBalancer: LoadBalancer,
    settings: TenantSettings,
    context: ReconcileContext,
  ): Promise<ReconcileResult | void> {
    const { signal } = context;
    const read = readFrontPorts(loadBalancer);
    if (!read.valid) {
      const message = read.problems.map((problem) => `${problem.field} ${problem.message}`);
      const verdict = invalid(message.join("; "));
      const service = this.#writer.own(loadBalancer);
      return await this.#reporter.report(loadBalancer, verdict, service, signal);
    }
    const current = await this.#withFinalizer(loadBalancer, signal);
    const outcome = await this.#writer.bring(current, read.ports, settings, context);
    if (outcome.kind === "wait") return;
    const { portConflict } = outcome;
    if (outcome.kind === "ready") {
      const verdict = this.#acceptance(keyOf(current.metadata));
      return await this.#reporter.report(current, verdict, outcome.service, signal, portConflict);
    }
    const service = this.#writer.own(current);
    await this.#reporter.report(current, outcome.verdict, service, signal, portConflict);
    return outcome.retryAfter === undefined ? undefined : { requeueAfter: outcome.retryAfter };
  }

  /** Its ports are its own; that does not mean that there is an Envoy which can listen on them. */
  #acceptance(key: string): Verdict {
    const most = this.#options.dataPlane.state(key)?.evaluation?.refusedBeyond;
    if (most === undefined) return accepted;
    return tooManyPorts(
      `the tenant's Envoy has file descriptors for ${most} listeners, and older load balancers ` +
        `come first`,
    );
  }

  /** A namespace takes new objects when it is a tenant's and nobody is deleting it. */
  #isOpen(namespace: string): boolean {
    const { caches, settings } = this.#options;
    const found = caches.namespaces.get(namespace);
    return found !== undefined && found.metadata.deletionTimestamp === undefined &&
      settings.tenantOf(namespace)?.metadata.deletionTimestamp === undefined;
  }

  /** Our CCM creates objects with the finalizer; upstream's leaves it to the manager. */
  async #withFinalizer(loadBalancer: LoadBalancer, signal: AbortSignal): Promise<LoadBalancer> {
    const legacy = hasFinalizer(loadBalancer, legacyEnvoyProxyFinalizer);
    if (hasFinalizer(loadBalancer, cleanupFinalizer) && !legacy) return loadBalancer;
    const kept = (loadBalancer.metadata.finalizers ?? []).filter((finalizer) =>
      finalizer !== legacyEnvoyProxyFinalizer && finalizer !== cleanupFinalizer
    );
    const updated = await this.#setFinalizers(loadBalancer, [...kept, cleanupFinalizer], signal);
    this.#options.caches.loadBalancers.observe(updated);
    return updated;
  }

  #setFinalizers(
    { metadata }: LoadBalancer,
    finalizers: readonly string[],
    signal: AbortSignal,
  ): Promise<LoadBalancer> {
    // The resourceVersion guards the list, which a merge patch replaces as a whole.
    const merge = { metadata: { finalizers, resourceVersion: metadata.resourceVersion } };
    return this.#options.client.patch(loadBalancers, metadata, { merge }, { signal });
  }

  async #cleanUp(loadBalancer: LoadBalancer, context: ReconcileContext): Promise<void> {
    const { finalizers = [] } = loadBalancer.metadata;
    const others = finalizers.filter((finalizer) => !ourFinalizers.has(finalizer));
    const current = others.length === finalizers.length
      ? loadBalancer
      : await this.#letGo(loadBalancer, others, context);
    this.#reporter.forget(keyOf(loadBalancer.metadata));
    if (current === undefined || others.length === 0) return;
    // It may stay for long: nobody should take it for one that serves.
    const message = `it is being deleted and waits for the finalizers of others: ${others.join()}`;
    const verdict: Verdict = { status: "False", reason: reasons.terminating, message };
    await this.#reporter.report(current, verdict, undefined, context.signal);
  }

  /** Takes everything away and our finalizers off; `undefined` when the object went with them. */
  async #letGo(
    loadBalancer: LoadBalancer,
    others: readonly string[],
    context: ReconcileContext,
  ): Promise<LoadBalancer | undefined> {
    await this.#writer.delete(loadBalancer, context);
    try {
      return await this.#setFinalizers(loadBalancer, others, context.signal);
    } catch (error) {
      if (!isApiError(error, "NotFound")) throw error; // gone is what we want
      return undefined;
    }
  }
}

function invalid(message: string): Verdict {
  return { status: "False", reason: reasons.invalid, message };
}

/** By name, not by label: a foreign Service that is in the way concerns the load balancer too. */
function keyOfService({ namespace, name }: { namespace?: string; name: string }): string[] {
  const loadBalancer = loadBalancerOfHubService(name);
  return loadBalancer === undefined ? [] : [`${namespace}/${loadBalancer}`];
}
