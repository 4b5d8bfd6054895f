/**
 * Tenant → namespace, credentials, state. Runs in the leader only.
 *
 * @module
 */
import { namespaces, secrets, serviceAccounts } from "../../../apis/core/v1.ts";
import { conditionReasons } from "../../../apis/kubelb/conditions.ts";
import {
  ccmName,
  cleanupFinalizer,
  defaultObjectName,
  tenantOfNamespace,
} from "../../../apis/kubelb/names.ts";
import {
  type Tenant,
  tenants,
  type TenantState,
  tenantStates,
  type VersionInfo,
} from "../../../apis/kubelb/v1alpha1/mod.ts";
import { roleBindings, roles } from "../../../apis/rbac/v1.ts";
import type { Clock } from "../../../base/clock.ts";
import { describeError } from "../../../base/errors.ts";
import type { Logger } from "../../../base/logger.ts";
import type { Registry } from "../../../base/metrics.ts";
import type { KubeClient } from "../../../kube/client.ts";
import {
  Controller,
  type ReconcileContext,
  type ReconcileResult,
} from "../../../kube/controller.ts";
import type { EventRecorder } from "../../../kube/event_recorder.ts";
import { addFinalizer, hasFinalizer, removeFinalizer } from "../../../kube/finalizer.ts";
import { ownerReference } from "../../../kube/owner_reference.ts";
import { applyStatus } from "../../../kube/status.ts";
import type { LiveSettings } from "../config/live_settings.ts";
import { ReconcileMetrics } from "../reconcile_metrics.ts";
import type { HubCaches } from "../hub/hub_caches.ts";
import { Applier } from "./applier.ts";
import {
  kubeconfigSecretOf,
  namespaceOf,
  roleBindingOf,
  roleOf,
  serviceAccountOf,
  tokenSecretOf,
} from "./artefacts.ts";
import { kubeconfigOf, tokenOf } from "./kubeconfig.ts";
import { readClusterInfo, serverAddress } from "./server_address.ts";
import type { TenantCaches } from "./tenant_caches.ts";
import { deleteTenantNamespace } from "./tenant_deletion.ts";
import { namespaceOfTenant, tenantNameProblem } from "./tenant_namespace.ts";
import { tenantStateStatus } from "./tenant_state.ts";
import { type TenantProgress, tenantStatus } from "./tenant_status.ts";

/** What the controller works with. */
export interface TenantControllerOptions {
  readonly client: KubeClient;
  readonly caches: HubCaches;
  readonly tenantCaches: TenantCaches;
  readonly settings: LiveSettings;
  /** `--tenant-api-server-url`. */
  readonly serverUrl?: string | undefined;
  readonly version: VersionInfo;
  readonly events: EventRecorder;
  readonly log: Logger;
  readonly clock: Clock;
  readonly metrics: Registry;
}

const fieldManager = "kubelb-tenant";

/** While a namespace is emptied by Kubernetes, this often is looked at it; milliseconds. */
const deletionCheck = 1_000;

/** Tenants reconciled at once. */
const concurrency = 4;

/** Owns what a tenant has in the hub. */
export class TenantController {
  readonly #options: TenantControllerOptions;
  readonly #applier: Applier;
  readonly #controller: Controller;

  constructor(options: TenantControllerOptions) {
    this.#options = options;
    const { client, caches, tenantCaches: own, log, clock, metrics } = options;
    this.#applier = new Applier(client, fieldManager);
    const inNamespace = ({ metadata }: { metadata: { namespace?: string } }) =>
      this.#tenantIn(metadata.namespace ?? "");
    const everyTenant = () => caches.tenants.list().map(({ metadata }) => metadata.name);
    const times = new ReconcileMetrics({ name: "tenant", perNamespace: false, metrics, clock });
    this.#controller = new Controller({
      name: "tenant-controller",
      concurrency,
      groupOf: (tenant) => tenant,
      reconcile: (name, context) => times.time("", () => this.#reconcile(name, context)),
      log,
      clock,
      metrics,
    })
      .watch(caches.tenants, ({ metadata }) => [metadata.name])
      .watch(caches.namespaces, ({ metadata }) => this.#tenantIn(metadata.name))
      .watch(own.serviceAccounts, inNamespace)
      .watch(own.roles, inNamespace)
      .watch(own.roleBindings, inNamespace)
      .watch(own.tokenSecrets, inNamespace)
      .watch(own.kubeconfigSecrets, inNamespace)
      .watch(own.tenantStates, inNamespace)
      .watch(caches.configs, everyTenant)
      .watch(own.apiServers, everyTenant);
  }

  /** Reconciles until `signal` fires. */
  run(signal: AbortSignal): Promise<void> {
    return this.#controller.run(signal);
  }

  #tenantIn(namespace: string): string[] {
    const tenant = tenantOfNamespace(namespace);
    return tenant === undefined ? [] : [tenant];
  }

  async #reconcile(name: string, context: ReconcileContext): Promise<ReconcileResult | void> {
    const tenant = this.#options.caches.tenants.get(name);
    if (tenant === undefined) return;
    if (tenant.metadata.deletionTimestamp) return await this.#delete(tenant, context);
    const problem = tenantNameProblem(name);
    if (problem !== undefined) {
      await this.#report(tenant, failed(conditionReasons.invalid, problem), context);
      return;
    }
    const { client, caches } = this.#options;
    const current = await addFinalizer(client, tenants, tenant, cleanupFinalizer, context);
    caches.tenants.observe(current);
    try {
      await this.#report(current, await this.#bring(current, context.signal), context);
    } catch (error) {
      if (context.signal.aborted) throw error;
      const { reconciliationFailed } = conditionReasons;
      await this.#report(current, failed(reconciliationFailed, describeError(error)), context);
      throw error;
    }
  }

  /** Makes everything a tenant has; each step finds what the one before has made. */
  async #bring(tenant: Tenant, signal: AbortSignal): Promise<TenantProgress> {
    const { caches, tenantCaches: own } = this.#options;
    const { name } = tenant.metadata;
    const applier = this.#applier;
    const desired = namespaceOf(name, ownerReference(tenant, {}));
    const namespace = await applier.ensure(namespaces, caches.namespaces, desired, signal);
    if (namespace.metadata.deletionTimestamp) {
      const message = `namespace ${namespace.metadata.name} is being deleted; it is made again ` +
        `when it is gone`;
      return { phase: "Pending", message };
    }
    await Promise.all([
      applier.ensure(serviceAccounts, own.serviceAccounts, serviceAccountOf(name), signal),
      applier.ensure(roles, own.roles, roleOf(name), signal),
      this.#bringState(name, signal),
    ]);
    // A binding is refused while its Role does not exist.
    await applier.ensure(roleBindings, own.roleBindings, roleBindingOf(name), signal);
    // The controller that fills this Secret deletes it when it finds no ServiceAccount.
    const secret = await applier.ensure(secrets, own.tokenSecrets, tokenSecretOf(name), signal);
    const credentials = tokenOf(secret);
    if (credentials === undefined) {
      return { phase: "Pending", message: `waiting for Kubernetes to fill Secret ${ccmName}` };
    }
    const namespaceName = namespaceOfTenant(name);
    const server = await this.#serverAddress(signal);
    const content = { ...credentials, server, namespace: namespaceName };
    const wanted = kubeconfigSecretOf(name, kubeconfigOf(content));
    await applier.ensure(secrets, own.kubeconfigSecrets, wanted, signal);
    return { phase: "Ready" };
  }

  async #serverAddress(signal: AbortSignal): Promise<string> {
    const { client, serverUrl, tenantCaches: own } = this.#options;
    const clusterInfo = serverUrl ? undefined : await readClusterInfo(client, signal);
    const kubernetesEndpoints = own.apiServers.list()[0];
    return serverAddress({
      own: client.server,
      ...(serverUrl && { flag: serverUrl }),
      ...(clusterInfo && { clusterInfo }),
      ...(kubernetesEndpoints && { kubernetesEndpoints }),
    });
  }

  async #bringState(tenant: string, signal: AbortSignal): Promise<void> {
    const { client, tenantCaches: own, settings, version, clock } = this.#options;
    const desired: TenantState = {
      apiVersion: "kubelb.k8c.io/v1alpha1",
      kind: "TenantState",
      metadata: { name: defaultObjectName, namespace: namespaceOfTenant(tenant) },
      spec: {},
    };
    const state = await this.#applier.ensure(tenantStates, own.tenantStates, desired, signal);
    const disabled = settings.settingsOf(namespaceOfTenant(tenant))?.loadBalancer.disabled ?? false;
    const status = tenantStateStatus(state.status, version, disabled, new Date(clock.now()));
    const written = await applyStatus(client, tenantStates, state, status, {
      fieldManager,
      signal,
    });
    own.tenantStates.observe(written);
  }

  async #delete(tenant: Tenant, context: ReconcileContext): Promise<ReconcileResult | void> {
    if (!hasFinalizer(tenant, cleanupFinalizer)) return;
    const { client } = this.#options;
    const { name } = tenant.metadata;
    const message = `waiting for namespace ${namespaceOfTenant(name)} to go`;
    const current = await this.#report(tenant, { phase: "Terminating", message }, context);
    const nameIsValid = tenantNameProblem(name) === undefined;
    const gone = !nameIsValid || await deleteTenantNamespace(client, name, context.signal);
    if (!gone) return { requeueAfter: deletionCheck };
    await removeFinalizer(client, tenants, current, cleanupFinalizer, context);
  }

  async #report(
    tenant: Tenant,
    progress: TenantProgress,
    { signal, log }: ReconcileContext,
  ): Promise<Tenant> {
    const { client, caches, clock, events } = this.#options;
    const status = tenantStatus(tenant, progress, new Date(clock.now()));
    const written = await applyStatus(client, tenants, tenant, status, { fieldManager, signal });
    if (written === tenant) return tenant;
    caches.tenants.observe(written);
    if (tenant.status?.phase !== status.phase) {
      log.info("tenant changes phase", { phase: progress.phase, why: describe(progress) });
    }
    if (progress.phase === "Failed") {
      events.event(tenant, "Warning", progress.reason, progress.message);
    }
    return written;
  }
}

function describe(progress: TenantProgress): string {
  return "message" in progress ? progress.message : "namespace and credentials are in place";
}

function failed(reason: string, message: string): TenantProgress {
  return { phase: "Failed", reason, message };
}
