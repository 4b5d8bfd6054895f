/**
 * Listener ports of load balancers: the hub Services, kept in a port table.
 *
 * @module
 */
import { type Service, services } from "../../../apis/core/v1.ts";
import { hubServiceName } from "../../../apis/kubelb/names.ts";
import type { LoadBalancer } from "../../../apis/kubelb/v1alpha1/mod.ts";
import { keyOf } from "../../../apis/meta/v1.ts";
import type { PortConflict } from "../../../fleet/fleet_ports.ts";
import type { PortOwner } from "../../../fleet/port_owner.ts";
import type { PortRange } from "../../../fleet/port_range.ts";
import type { PortTable } from "../../../fleet/port_table.ts";
import type { KubeClient } from "../../../kube/client.ts";
import type { CacheEvent, ObjectCache } from "../../../kube/object_cache.ts";
import { loadBalancerKeyOf, managedSelector } from "../hub/hub_caches.ts";
import { portOwnerOf } from "../hub/service_owner.ts";
import type { FrontPort } from "./front_ports.ts";
import { portKey } from "./hub_service.ts";
import { keptTargetPorts, knownTargetPorts, targetPortNumbers } from "./target_ports.ts";

/** What came of a request for listener ports. */
export type PortAssignment =
  | {
    readonly kind: "assigned";
    /** By {@linkcode portKey}. */
    readonly targetPorts: ReadonlyMap<string, number>;
    /** Ports that have to be given up, with the object that is served on each. */
    readonly conflicts: readonly PortConflict[];
  }
  | {
    readonly kind: "exhausted";
    readonly missing: number;
    /** All that an Envoy can have; absent when it is the range that has no more. */
    readonly most?: number;
    readonly retryAfter?: number;
    /** As above: they stay where they are until there is something else. */
    readonly conflicts: readonly PortConflict[];
  };

/** Objects per page of the list that a new leader reads. */
const pageSize = 500;

/** For the leader only: the port table is read by all, but given out by one. */
export class HubPorts implements Disposable {
  readonly #subscription: Disposable;

  private constructor(
    private readonly table: PortTable,
    private readonly cache: ObjectCache<Service>,
  ) {
    // Before anything is read: all pages of a list are as old as its first, and what the predecessor
    // writes or deletes while they are read is told by the cache alone.
    this.#subscription = cache.subscribe((event) => this.#follow(event));
  }

  /**
   * Follows the cache, and reads the hub Services anew, past every cache: a new leader must not give
   * out a port that its predecessor gave out a moment ago.
   */
  static async load(
    client: Pick<KubeClient, "list">,
    cache: ObjectCache<Service>,
    table: PortTable,
    signal?: AbortSignal,
  ): Promise<HubPorts> {
    const ports = new HubPorts(table, cache);
    try {
      await ports.#readAll(client, signal);
      return ports;
    } catch (error) {
      ports[Symbol.dispose]();
      throw error;
    }
  }

  /**
   * Listener ports for `ports`: those that exist, and new ones for the rest. Asking again before
   * the Service was written gives the same.
   */
  assign(
    loadBalancer: LoadBalancer,
    ports: readonly FrontPort[],
    service: Service | undefined,
  ): PortAssignment {
    const { namespace = "" } = loadBalancer.metadata;
    const owner = ownerOf(loadBalancer, service);
    const known = knownTargetPorts(loadBalancer, service);
    this.table.hold(namespace, owner, targetPortNumbers(known));
    const conflicts = this.table.conflicts(namespace, owner.name);
    const lost = new Set(conflicts.map(({ port }) => port));
    const targetPorts = keptTargetPorts(ports, known, lost);
    const missing = ports.filter((port) => !targetPorts.has(portKey(port)));
    const stay = new Set([...targetPorts.values(), ...lost]);
    const leaving = new Set(targetPortNumbers(known)).difference(stay).size;
    const allocation = this.table.allocate(namespace, owner, missing.length, leaving);
    if (allocation.kind === "exhausted") {
      const { free, ...why } = allocation;
      return { ...why, missing: missing.length - free, conflicts };
    }
    missing.forEach((port, at) => targetPorts.set(portKey(port), allocation.ports[at]!));
    return { kind: "assigned", targetPorts, conflicts };
  }

  /** Where new ports come from; those that exist stay. */
  setRange(range: PortRange): void {
    this.table.setRange(range);
  }

  /** The load balancer is gone, and so is its Service. */
  forget({ namespace = "", name }: { namespace?: string; name: string }): void {
    const key = `${namespace}/${hubServiceName(name)}`;
    if (this.cache.get(key) === undefined) this.table.forget(namespace, key);
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
  }

  /**
   * What is read gets into the table by way of the cache, whose order of events counts: it tells us
   * what it did not know, and takes no notice of what was changed or deleted since.
   */
  async #readAll(client: Pick<KubeClient, "list">, signal?: AbortSignal): Promise<void> {
    let next: string | undefined;
    do {
      const options = { labelSelector: managedSelector, limit: pageSize, continue: next, signal };
      const page = await client.list(services, options);
      for (const service of page.items) this.cache.observe(service);
      next = page.continue;
    } while (next !== undefined);
  }

  #follow({ type, object }: CacheEvent<Service>): void {
    if (type !== "deleted") return this.#hold(object);
    if (loadBalancerKeyOf(object) === undefined) return;
    this.table.forget(object.metadata.namespace ?? "", keyOf(object.metadata));
  }

  #hold(service: Service): void {
    if (loadBalancerKeyOf(service) === undefined) return;
    const { metadata, spec } = service;
    const numbers = (spec.ports ?? []).flatMap(({ targetPort }) =>
      typeof targetPort === "number" ? [targetPort] : []
    );
    this.table.hold(metadata.namespace ?? "", portOwnerOf(service), numbers);
  }
}

/** Without a Service, the load balancer's own age decides about ports that its status remembers. */
function ownerOf({ metadata }: LoadBalancer, service: Service | undefined): PortOwner {
  if (service !== undefined) return portOwnerOf(service);
  return {
    name: `${metadata.namespace}/${hubServiceName(metadata.name)}`,
    created: Date.parse(metadata.creationTimestamp ?? ""),
    uid: metadata.uid ?? "",
  };
}
