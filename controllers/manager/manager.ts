/**
 * The manager: all of its parts and how they fit. What they need from the outside is passed in.
 *
 * @module
 */
import type { VersionInfo } from "../../apis/kubelb/v1alpha1/mod.ts";
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/logger.ts";
import type { Registry } from "../../base/metrics.ts";
import { ResourceStores } from "../../envoy/xds/resource_stores.ts";
import { XdsServer } from "../../envoy/xds/server.ts";
import type { XdsIdentity } from "../../fleet/identity/xds_identity.ts";
import type { PodOptions } from "../../fleet/kubernetes/fleet_settings.ts";
import { KubernetesRuntime } from "../../fleet/kubernetes/kubernetes_runtime.ts";
import type { PortRange } from "../../fleet/port_range.ts";
import type { FleetRuntime } from "../../fleet/runtime.ts";
import type { KubeClient } from "../../kube/client.ts";
import type { EventRecorder } from "../../kube/event_recorder.ts";
import { Informers } from "../../kube/informers.ts";
import { FleetSettingsSource } from "./config/fleet_settings_source.ts";
import { HubRanges, nodeRanges } from "./config/hub_ranges.ts";
import { LiveSettings } from "./config/live_settings.ts";
import { Acknowledgements } from "./envoy_cp/acknowledgements.ts";
import { DataPlane } from "./envoy_cp/data_plane.ts";
import { EnvoyControlPlane } from "./envoy_cp/envoy_control_plane.ts";
import { FleetKeeper } from "./envoy_cp/fleet_keeper.ts";
import { SocketPaces } from "./envoy_cp/socket_paces.ts";
import type { DnsLookup } from "./host_names/dns_lookup.ts";
import { HostNameResolver } from "./host_names/host_name_resolver.ts";
import type { AddressRange } from "./host_load_balancer/address_range.ts";
import { type HubCaches, hubCaches } from "./hub/hub_caches.ts";
import { XdsSecurity } from "./identity/xds_security.ts";
import { lead } from "./leader.ts";
import { type Leadership, reportToLeader } from "./replicas/leader_link.ts";
import { ReplicaReports } from "./replicas/replica_reports.ts";
import { registerStateMetrics } from "./state_metrics.ts";
import { type TenantCaches, tenantCaches } from "./tenant/tenant_caches.ts";

/** What a manager is made of. */
export interface ManagerOptions {
  readonly client: KubeClient;
  /** Namespace of the Config. */
  readonly namespace: string;
  /** `--allowed-endpoint-cidrs`. */
  readonly allowedCidrs: readonly string[];
  /** `--address-pool`. */
  readonly addressPool: readonly AddressRange[];
  /** `--port-range`. */
  readonly portRange: PortRange;
  /** By which xDS server and Envoys know each other; plaintext without. */
  readonly identity?: XdsIdentity | undefined;
  /** Answers what host names among the endpoints mean; `--dns-servers`. */
  readonly dnsLookup: DnsLookup;
  /** `--xds-max-connection-age`; 0 for never. */
  readonly maxConnectionAge?: number | undefined;
  /** `--tenant-api-server-url`. */
  readonly serverUrl?: string | undefined;
  readonly version: VersionInfo;
  readonly events: EventRecorder;
  readonly log: Logger;
  readonly clock: Clock;
  readonly metrics: Registry;
}

/** Its life: `listen`, `follow` for as long as it lives, `attach` once Envoys can run, `serve`, `lead`. */
export class Manager implements AsyncDisposable {
  readonly informers: Informers;
  readonly xds: XdsServer;
  readonly #options: ManagerOptions;
  readonly #caches: HubCaches;
  readonly #tenantCaches: TenantCaches;
  readonly #settings: LiveSettings;
  readonly #ranges: HubRanges;
  readonly #stores = new ResourceStores();
  readonly #acknowledgements: Acknowledgements;
  readonly #paces: SocketPaces;
  readonly #security: XdsSecurity;
  readonly #reports: ReplicaReports | undefined;

  constructor(options: ManagerOptions) {
    this.#options = options;
    const { client, log, clock, metrics } = options;
    // What is followed in the hub.
    this.informers = new Informers(client, { log, clock, metrics });
    this.#caches = hubCaches(this.informers, options.namespace);
    this.#tenantCaches = tenantCaches(this.informers);
    this.#settings = new LiveSettings({ ...options, ...this.#caches });
    this.#ranges = new HubRanges({
      ...options,
      settings: this.#settings,
      services: this.#caches.services,
      apiServers: this.#tenantCaches.apiServers,
      nodes: nodeRanges(this.informers),
    });
    // What Envoys are told, and what they answer.
    const acknowledgements = this.#acknowledgements = new Acknowledgements(clock);
    const paces = this.#paces = new SocketPaces(options);
    const { informers } = this;
    this.#security = new XdsSecurity({ ...options, informers, fleets: this.#stores });
    // Without certificates nobody could believe another manager.
    this.#reports = options.identity && new ReplicaReports(log);
    this.xds = new XdsServer({
      ...options,
      ...this.#security.server,
      stores: this.#stores,
      paceOf: (fleet) => paces.of(fleet),
      extraMethods: this.#reports ? [this.#reports.method] : [],
      onStream: (event) => acknowledgements.onStream(event),
      onAcknowledged: (event) => acknowledgements.onAcknowledged(event),
      onRejected: (event) => acknowledgements.onRejected(event),
    });
  }

  /** Whether Envoys get answers: everything has been translated once. */
  get translated(): boolean {
    return this.#stores.synced;
  }

  /** Why Envoys cannot connect as they should. */
  get identityProblem(): string | undefined {
    return this.#security.problem;
  }

  /**
   * Serves Envoys that show a token instead of a certificate, at an address of their own.
   *
   * @throws Error when that cannot be done.
   */
  async listenForTokens(address: string): Promise<number> {
    const { tokenCredentials } = this.#security;
    if (tokenCredentials === undefined) throw new Error("tokens are not taken without TLS");
    return await this.xds.listen(address, tokenCredentials);
  }

  /** Follows the hub until `signal` fires. */
  follow(signal: AbortSignal): Promise<void> {
    return this.informers.start(signal);
  }

  /** Lets Envoys run as pods of the hub; waits until it is known which do. Needs an identity. */
  openKubernetesRuntime(pods: PodOptions, signal: AbortSignal): Promise<KubernetesRuntime> {
    const { informers } = this;
    const { identity: issuer } = this.#options;
    if (issuer === undefined) throw new Error("Envoys in pods reach the manager by TLS only");
    const settings = new FleetSettingsSource(this.#settings, this.#caches.tenants);
    const settingsOf = (fleet: string) => settings.of(fleet);
    const settingsChanges = settings;
    const common = { ...this.#options, informers, issuer, pods };
    return KubernetesRuntime.open({ ...common, settingsOf, settingsChanges }, signal);
  }

  /** The parts that need to know where Envoys run; before, nothing is translated. */
  attach(runtime: FleetRuntime): AttachedManager {
    const common = { ...this.#options, runtime, stores: this.#stores };
    const caches = this.#caches;
    const settings = this.#settings;
    // Every use of an answer is guarded, with the guard of that moment; nothing is left out before.
    const { dnsLookup: lookup, log, clock } = this.#options;
    const hostNames = new HostNameResolver({ lookup, permits: () => true, log, clock });
    const controlPlane = new EnvoyControlPlane({ ...common, caches, settings, hostNames });
    const acknowledgements = this.#acknowledgements;
    const reports = this.#reports;
    const paces = this.#paces;
    paces.attach(runtime);
    const dataPlane = new DataPlane({ ...common, controlPlane, acknowledgements, paces, reports });
    const fleets = new FleetKeeper({ ...common, controlPlane });
    registerStateMetrics({ ...common, caches });
    const ranges = this.#ranges;
    const tenantCaches = this.#tenantCaches;
    const { authority } = this.#security;
    return {
      async serve(signal) {
        if (!await ranges.discover(signal) || !await controlPlane.translate(signal)) return;
        await Promise.all([ranges.run(signal), controlPlane.run(signal), fleets.run(signal)]);
      },
      async lead(term) {
        const leader = { ...common, caches, tenantCaches, settings, dataPlane, authority };
        await Promise.all([lead(leader, term), runtime.lead(term)]);
      },
      async report(leadership, signal) {
        const { identity } = common;
        if (identity === undefined) return;
        await reportToLeader({ ...common, identity, source: dataPlane, leadership }, signal);
      },
      [Symbol.dispose]() {
        dataPlane[Symbol.dispose]();
        hostNames[Symbol.dispose]();
      },
    };
  }

  /** Ends all streams: to be done last, so that Envoys are served as long as anything runs. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#settings[Symbol.dispose]();
    this.#security[Symbol.dispose]();
    await this.xds[Symbol.asyncDispose]();
    this.#paces[Symbol.dispose]();
  }
}

/** A manager that can run Envoys. */
export interface AttachedManager extends Disposable {
  /** Translates and serves until `signal` fires. In every replica. */
  serve(signal: AbortSignal): Promise<void>;
  /** Tells whoever else leads what Envoys here say, until `signal` fires. */
  report(leadership: Leadership, signal: AbortSignal): Promise<void>;
  /** Writes to the API until `term` fires. In the leader only. */
  lead(term: AbortSignal): Promise<void>;
}
