/**
 * The load balancer implementation of the host runtime: gives Services of its class an address of the
 * pool. Runs in the leader only.
 *
 * @module
 */
import { type Service, services } from "../../../apis/core/v1.ts";
import { hubServiceName, loadBalancerOfHubService } from "../../../apis/kubelb/names.ts";
import type { LoadBalancer, LoadBalancerSpec } from "../../../apis/kubelb/v1alpha1/mod.ts";
import { keyOf, parseKey } from "../../../apis/meta/v1.ts";
import type { Clock } from "../../../base/clock.ts";
import type { Logger } from "../../../base/logger.ts";
import type { Registry } from "../../../base/metrics.ts";
import { comparePrecedence } from "../../../fleet/port_owner.ts";
import type { KubeClient } from "../../../kube/client.ts";
import { Controller, type ReconcileContext } from "../../../kube/controller.ts";
import type { EventRecorder } from "../../../kube/event_recorder.ts";
import type { CacheEvent, ObjectCache } from "../../../kube/object_cache.ts";
import { applyStatus } from "../../../kube/status.ts";
import { loadBalancerKeyOf } from "../hub/hub_caches.ts";
import { portOwnerOf } from "../hub/service_owner.ts";
import { portKey } from "../loadbalancer/hub_service.ts";
import { type AddressAnswer, AddressBook } from "./address_book.ts";
import type { AddressRange } from "./address_range.ts";
import {
  addressRequestOf,
  assignedAddresses,
  frontPortsOf,
  hostServiceStatus,
  isHostService,
  reasonOf,
  reservedAddresses,
} from "./host_service.ts";

/** What it works with. */
export interface HostLoadBalancerOptions {
  readonly client: KubeClient;
  readonly services: ObjectCache<Service>;
  /** They ask for families, and keep the addresses of a Service that somebody has deleted. */
  readonly loadBalancers: ObjectCache<LoadBalancer>;
  /** `--address-pool`. */
  readonly addressPool: readonly AddressRange[];
  readonly events: EventRecorder;
  readonly log: Logger;
  readonly clock: Clock;
  readonly metrics: Registry;
}

/** Status writes at once; more would only queue up in the API server, before those of others. */
const concurrency = 4;

/** Owns the status of Services of class `kubelb.k8c.io/host`, and of no others. */
export class HostLoadBalancer {
  readonly #options: HostLoadBalancerOptions;
  readonly #book: AddressBook;
  readonly #controller: Controller;
  /** Keys of Services that could not be given what they want. */
  readonly #waiting = new Set<string>();

  constructor(options: HostLoadBalancerOptions) {
    this.#options = options;
    const { services: cache, loadBalancers, addressPool, log, clock, metrics } = options;
    this.#book = new AddressBook(addressPool);
    this.#controller = new Controller({
      name: "host-loadbalancer-controller",
      concurrency,
      reconcile: (key, context) => this.#reconcile(key, context),
      log,
      clock,
      metrics,
    }).watch(
      cache,
      (service, event) => concerns(service, event) ? [keyOf(service.metadata)] : [],
    ).watch(
      loadBalancers,
      (loadBalancer, event) => isOfInterest(event) ? [serviceKeyOf(loadBalancer)] : [],
    );
  }

  /** Assigns until `signal` fires. */
  async run(signal: AbortSignal): Promise<void> {
    const { services: cache, loadBalancers } = this.#options;
    try {
      await Promise.all([cache.whenSynced(signal), loadBalancers.whenSynced(signal)]);
    } catch {
      return; // ordered to end before the cache was ready
    }
    // What is assigned must be known before anything new is: oldest first, so that they win.
    const present = cache.list().filter(isHostService).sort(byPrecedence);
    for (const service of present) {
      this.#book.hold(portOwnerOf(service), assignedAddresses(service), frontPortsOf(service));
    }
    this.#reserveForMissing();
    for (const service of present) this.#answer(service);
    await this.#controller.run(signal);
  }

  /** Services that were deleted while nobody led will be made again. */
  #reserveForMissing(): void {
    const { services: cache, loadBalancers } = this.#options;
    for (const loadBalancer of loadBalancers.list().toSorted(byPrecedence)) {
      const name = serviceKeyOf(loadBalancer);
      if (cache.get(name) !== undefined) continue;
      const owner = { ...portOwnerOf(loadBalancer), name };
      const ports = (loadBalancer.spec.ports ?? []).map(portKey);
      this.#book.reserve(owner, reservedAddresses(loadBalancer), ports);
    }
  }

  async #reconcile(key: string, { signal, log }: ReconcileContext): Promise<void> {
    const { client, services: cache, clock, events } = this.#options;
    const service = cache.get(key);
    if (service === undefined || !isHostService(service)) return this.#release(key);
    if (service.metadata.deletionTimestamp) return;
    const had = assignedAddresses(service).join();
    const answer = this.#answer(service);
    const status = hostServiceStatus(service, answer, new Date(clock.now()));
    const fieldManager = "kubelb-host-loadbalancer";
    const written = await applyStatus(client, services, service, status, { fieldManager, signal });
    if (written === service) return;
    cache.observe(written);
    if (answer.kind !== "assigned") {
      events.event(service, "Warning", reasonOf(answer.kind), answer.message);
      log.warn("no address for a Service", { reason: answer.message });
    }
    // It has moved, so what it had is free.
    if (had !== "" && had !== assignedAddresses(written).join()) this.#retryWaiting();
  }

  #answer(service: Service): AddressAnswer {
    const key = keyOf(service.metadata);
    const owner = loadBalancerKeyOf(service);
    const loadBalancer = owner === undefined ? owner : this.#options.loadBalancers.get(owner);
    const request = addressRequestOf(service, this.#book.families, loadBalancer);
    const answer = this.#book.assign(portOwnerOf(service), request);
    if (answer.kind === "assigned") this.#waiting.delete(key);
    else this.#waiting.add(key);
    return answer;
  }

  #release(key: string): void {
    this.#waiting.delete(key);
    const reserved = reservedAddresses(this.#loadBalancerOf(key));
    if (this.#book.forget(key, reserved)) this.#retryWaiting();
  }

  /** By name: the Service is gone, or no longer ours. */
  #loadBalancerOf(serviceKey: string): LoadBalancer | undefined {
    const { namespace, name } = parseKey(serviceKey);
    const owner = loadBalancerOfHubService(name);
    return owner === undefined ? owner : this.#options.loadBalancers.get(`${namespace}/${owner}`);
  }

  /** Something is free: the oldest of those that wait come first. */
  #retryWaiting(): void {
    const { services: cache } = this.#options;
    const waiting = [...this.#waiting].flatMap((key) => cache.get(key) ?? []).sort(byPrecedence);
    for (const { metadata } of waiting) this.#controller.enqueue(keyOf(metadata));
  }
}

/** Services of other classes are none of our business; one that leaves our class still is. */
function concerns(service: Service, { previous }: CacheEvent<Service>): boolean {
  return isHostService(service) || (previous !== undefined && isHostService(previous));
}

/** A load balancer that asks for other families, or that no longer wants what it had. */
function isOfInterest({ type, object, previous }: CacheEvent<LoadBalancer>): boolean {
  if (type === "deleted") return true;
  if (previous === undefined) return false;
  const wanted = reservedAddresses(object);
  return !sameFamilies(object.spec, previous.spec) ||
    reservedAddresses(previous).some((address) => !wanted.includes(address));
}

function serviceKeyOf({ metadata: { namespace, name } }: LoadBalancer): string {
  return `${namespace}/${hubServiceName(name)}`;
}

function sameFamilies(one: LoadBalancerSpec, other: LoadBalancerSpec): boolean {
  return one.ipFamilyPolicy === other.ipFamilyPolicy &&
    one.ipFamilies?.join() === other.ipFamilies?.join();
}

function byPrecedence(a: Service | LoadBalancer, b: Service | LoadBalancer): number {
  return comparePrecedence(portOwnerOf(a), portOwnerOf(b));
}
