/**
 * Keeps the resource stores equal to the translation of the objects. Runs in every replica.
 *
 * @module
 */
import type { LoadBalancer } from "../../../apis/kubelb/v1alpha1/mod.ts";
import { keyOf, parseKey } from "../../../apis/meta/v1.ts";
import type { Clock } from "../../../base/clock.ts";
import { Listeners } from "../../../base/listeners.ts";
import type { Logger } from "../../../base/logger.ts";
import type { Registry } from "../../../base/metrics.ts";
import type { ResourceStores } from "../../../envoy/xds/resource_stores.ts";
import type { FleetRuntime } from "../../../fleet/runtime.ts";
import { Controller } from "../../../kube/controller.ts";
import type { LiveSettings } from "../config/live_settings.ts";
import { ReconcileMetrics } from "../reconcile_metrics.ts";
import {
  byAddresses,
  type HubCaches,
  liveHubService,
  loadBalancerKeysOf,
} from "../hub/hub_caches.ts";
import { portOwnerOf } from "../hub/service_owner.ts";
import { readFrontPorts } from "../loadbalancer/front_ports.ts";
import { namespaceOfTenant } from "../tenant/tenant_namespace.ts";
import { listenersOf } from "./binding.ts";
import { CheckIntervals } from "./check_intervals.ts";
import { evaluate, type Evaluation, type FleetTerms } from "./evaluation.ts";
import { fingerprint, hostNamesOf } from "./fingerprint.ts";
import { endpointsToCheck, FleetLedger } from "./fleet_ledger.ts";
import { type HostNames, HostNameUsers } from "./host_name_users.ts";
import { ListenerRoom } from "./listener_room.ts";
import { nextState, type ServedState } from "./served_state.ts";
import { Turns } from "./turns.ts";

/** What the control plane works with. */
export interface EnvoyControlPlaneOptions {
  readonly caches: HubCaches;
  readonly settings: LiveSettings;
  readonly stores: ResourceStores;
  readonly hostNames: HostNames;
  readonly runtime: Pick<FleetRuntime, "kind" | "accessLogPath" | "capacity" | "subscribe">;
  readonly log: Logger;
  readonly clock: Clock;
  readonly metrics: Registry;
}

interface Entry extends ServedState {
  readonly fingerprint: string;
}

/** One queue key per load balancer: a change costs what the object costs, whatever else exists. */
export class EnvoyControlPlane {
  readonly ledger = new FleetLedger();
  readonly #options: EnvoyControlPlaneOptions;
  readonly #log: Logger;
  readonly #entries = new Map<string, Entry>();
  readonly #users: HostNameUsers;
  /** Keys of load balancers about which something else was decided. */
  readonly decisions = new Listeners<string>();
  /** Fleets that got their first object or lost their last. */
  readonly fleets = new Listeners<string>();
  readonly #intervals: CheckIntervals;
  readonly #room: ListenerRoom;
  readonly #controller: Controller;
  readonly #turns: Turns;

  constructor(options: EnvoyControlPlaneOptions) {
    this.#options = options;
    this.#log = options.log.with({ part: "envoy-cp" });
    this.#users = new HostNameUsers(options.hostNames);
    this.#turns = new Turns(options.clock);
    this.#intervals = new CheckIntervals(
      this.ledger,
      options.clock,
      (fleet) => this.#enqueue(this.ledger.keys(fleet)),
    );
    this.#room = new ListenerRoom(options.runtime, this.#log);
    const { caches, log, clock, metrics } = options;
    const times = new ReconcileMetrics({ name: "envoycp", perNamespace: false, metrics, clock });
    this.#controller = new Controller({
      name: "envoy-cp-controller",
      reconcile: (key) => times.time("", () => this.#reconcile(key)),
      log,
      clock,
      metrics,
    })
      .watch(caches.loadBalancers, ({ metadata }) => [keyOf(metadata)])
      .watch(caches.services, (service) => loadBalancerKeysOf(service))
      .watch(
        caches.addresses,
        ({ metadata }) => this.#keysOf(caches.loadBalancers.byIndex(byAddresses, keyOf(metadata))),
      )
      .watch(caches.tenants, ({ metadata }) => this.#keysIn(namespaceOfTenant(metadata.name)));
  }

  /** What is served for a load balancer; undefined when nothing is. */
  state(key: string): ServedState | undefined {
    return this.#entries.get(key);
  }

  /** Keys of all load balancers that are served. */
  keys(): Iterable<string> {
    return this.#entries.keys();
  }

  /**
   * Waits for the caches, translates everything, and opens the stores for answers.
   *
   * @returns false when `signal` fired first.
   */
  async translate(signal: AbortSignal): Promise<boolean> {
    const { caches, stores, clock } = this.#options;
    const { loadBalancers, services, addresses, tenants, configs } = caches;
    try {
      const needed = [loadBalancers, services, addresses, tenants, configs];
      await Promise.all(needed.map((cache) => cache.whenSynced(signal)));
    } catch {
      return false; // ordered to end before the caches were ready
    }
    this.#translateAll();
    // An answer without the load balancers that are given by host name would take them from Envoys
    // that have been serving them all the time.
    if (await this.#users.settle(clock, signal)) this.#translateAll();
    stores.markSynced();
    return true;
  }

  /** Follows changes until `signal` fires. */
  async run(signal: AbortSignal): Promise<void> {
    const { settings, hostNames, runtime } = this.#options;
    // At once: an Envoy that ended may be started with another limit.
    using _fleets = runtime.subscribe((fleet) => this.#allot(fleet));
    using _config = settings.changes.subscribe(() => this.#enqueue(this.#keysIn()));
    using _names = hostNames.subscribe((name) => this.#enqueue(this.#users.of(name)));
    using _intervals = this.#intervals;
    await this.#controller.run(signal);
  }

  /** The first translation. Twice where the number of endpoints asks for another interval. */
  #translateAll(): void {
    const keys = this.#keysIn();
    // All of them first, so that room is given out once.
    for (const key of keys) this.#measure(key);
    for (const key of keys) this.#refresh(key);
    const stale = [...this.ledger.fleets()].filter((fleet) => this.ledger.intervalIsStale(fleet));
    for (const fleet of stale) this.ledger.refreshInterval(fleet);
    for (const key of stale.flatMap((fleet) => this.ledger.keys(fleet))) this.#refresh(key);
    this.#log.info("translated all load balancers", { loadBalancers: keys.length });
  }

  async #reconcile(key: string): Promise<void> {
    await this.#turns.take();
    this.#refresh(key);
  }

  #refresh(key: string): void {
    if (!this.#measure(key)) return this.#withdraw(key);
    // Who has to make room for it does so before it is served.
    this.#allot(parseKey(key).namespace ?? "");
    this.#translate(key);
  }

  #translate(key: string): void {
    const loadBalancer = this.#served(key);
    if (loadBalancer === undefined) return this.#withdraw(key);
    const fleet = loadBalancer.metadata.namespace!;
    const before = this.#entries.get(key);
    const print = this.#fingerprint(loadBalancer, fleet);
    if (before?.fingerprint === print) return;
    try {
      const evaluation = this.#evaluate(loadBalancer, fleet);
      this.#serve(key, fleet, this.#entry(loadBalancer, print, evaluation, before));
    } catch (error) {
      // Input was checked, so this is our fault; the others and the last good state must not suffer.
      this.#log.error("a load balancer cannot be translated", { key, error });
      if (before !== undefined) return;
      this.#serve(key, fleet, this.#entry(loadBalancer, print, undefined, undefined));
    }
  }

  /** Tells what a load balancer needs. @returns whether it may be served. */
  #measure(key: string): boolean {
    const served = this.#served(key);
    if (served === undefined) return false;
    const hubService = liveHubService(this.#options.caches.services, served);
    this.#room.set(portOwnerOf(served), listenersOf(hubService));
    return true;
  }

  /**
   * Decides whom the fleet's Envoy listens for. Who is refused goes at once; who finds room waits for
   * a turn: they may be thousands.
   */
  #allot(fleet: string): void {
    for (const key of this.#room.settle(fleet)) {
      if (this.#room.refusal(fleet, key) === undefined) this.#controller.enqueue(key);
      else this.#translate(key);
    }
  }

  /** Present when it may be served. */
  #served(key: string): LoadBalancer | undefined {
    const found = this.#options.caches.loadBalancers.get(key);
    return found && this.#options.settings.allows(found) ? found : undefined;
  }

  /** @returns undefined when the spec is invalid. */
  #evaluate(loadBalancer: LoadBalancer, fleet: string): Evaluation | undefined {
    const { settings, runtime, hostNames, caches } = this.#options;
    const read = readFrontPorts(loadBalancer);
    if (!read.valid) return undefined;
    return evaluate({
      loadBalancer,
      ports: read.ports,
      hubService: liveHubService(caches.services, loadBalancer),
      runtime: runtime.kind,
      ...this.#terms(fleet, keyOf(loadBalancer.metadata)),
      accessLogPath: runtime.accessLogPath(fleet),
      guard: settings.guard,
      addresses: (name) => caches.addresses.get(`${fleet}/${name}`),
      resolve: (hostname) => hostNames.lookup(hostname),
    });
  }

  #entry(
    loadBalancer: LoadBalancer,
    fingerprint: string,
    evaluation: Evaluation | undefined,
    before: Entry | undefined,
  ): Entry {
    const { caches, settings: { guard }, clock } = this.#options;
    const { namespace = "" } = loadBalancer.metadata;
    const hubService = liveHubService(caches.services, loadBalancer);
    const refused = this.#room.refusal(namespace, keyOf(loadBalancer.metadata)) !== undefined;
    const now = clock.monotonic();
    const input = { loadBalancer, hubService, evaluation, refused, before, guard, now };
    return { ...nextState(input), fingerprint };
  }

  #serve(key: string, fleet: string, entry: Entry): void {
    this.#entries.set(key, entry);
    const first = this.ledger.add(fleet, key, endpointsToCheck(entry.services));
    const store = this.#options.stores.get(fleet);
    if (entry.withheld.length > 0) store.withhold(key, entry.withheld);
    else store.set(key, entry.resources);
    if (first) this.fleets.emit(fleet);
    this.#intervals.look(fleet);
    this.decisions.emit(key);
  }

  #withdraw(key: string): void {
    const fleet = parseKey(key).namespace ?? "";
    this.#users.set(key, []);
    this.#room.delete(fleet, key);
    if (!this.#entries.delete(key)) return;
    this.#options.stores.get(fleet).delete(key);
    if (this.ledger.remove(fleet, key)) this.fleets.emit(fleet);
    this.decisions.emit(key);
    // Not at once: thousands may go, and who waits with them.
    this.#enqueue(this.#room.nextOf(fleet));
  }

  #fingerprint(loadBalancer: LoadBalancer, fleet: string): string {
    const { caches, settings, hostNames } = this.#options;
    const addresses = (name: string) => caches.addresses.get(`${fleet}/${name}`);
    const hosts = hostNamesOf(loadBalancer, addresses);
    this.#users.set(keyOf(loadBalancer.metadata), hosts);
    return fingerprint({
      loadBalancer,
      hubService: liveHubService(this.#options.caches.services, loadBalancer)?.metadata,
      addresses,
      answers: hosts.map((host) => hostNames.lookup(host)),
      guardId: settings.guard.id,
      terms: this.#terms(fleet, keyOf(loadBalancer.metadata)),
    });
  }

  #terms(fleet: string, key: string): FleetTerms {
    return {
      checkInterval: this.ledger.interval(fleet),
      datagramClients: this.#options.runtime.capacity(fleet).datagramClients,
      refusedBeyond: this.#room.refusal(fleet, key),
    };
  }

  #enqueue(keys: Iterable<string>): void {
    for (const key of keys) this.#controller.enqueue(key);
  }

  /** Of all namespaces without one. */
  #keysIn(namespace?: string): string[] {
    return this.#keysOf(this.#options.caches.loadBalancers.list(namespace));
  }

  #keysOf(loadBalancers: readonly LoadBalancer[]): string[] {
    return loadBalancers.map(({ metadata }) => keyOf(metadata));
  }
}
