/**
 * What the layer 4 figures are measured on: a real hub with a manager and a real Envoy.
 *
 * @module
 */
import type { ChannelCredentials } from "@grpc/grpc-js";
import { type Hub, type HubOptions, startHub } from "../../tools/installation/hub.ts";
import { type LoadBalancer, loadBalancers } from "../../apis/kubelb/v1alpha1/mod.ts";
import { eventually } from "../../tools/process/eventually.ts";
import { Watched } from "../measure/watched.ts";
import { HttpBackend } from "../../tools/backends/http_backend.ts";
import { envoyCredentials } from "../../tools/installation/envoy_identity.ts";
import { DeltaClient } from "../xds/delta_client.ts";
import { newLoadBalancer } from "./new_load_balancer.ts";

/** The group of KubeLB's kinds, as a path. */
export const kubelbPath = "/apis/kubelb.k8c.io/v1alpha1";

/**
 * Flags for 10,000 load balancers of one tenant: a listener takes a file descriptor for each worker
 * thread, and where a process may open 20,000 files two threads have enough for 6,333.
 */
export const oneWorker: readonly string[] = ["--envoy-concurrency=1"];

/** How the world is made. */
export interface WorldOptions {
  readonly report: (step: string) => void;
  /** More flags of the manager. */
  readonly managerFlags?: readonly string[];
  /** What to start instead of the sources. */
  readonly program?: NonNullable<HubOptions["program"]>;
}

/** A hub, one backend that every load balancer points to, and the tenant `bench`. */
export class World implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();
  /** By fleet: hundreds of Envoys share what one issue of a certificate costs. */
  readonly #credentials = new Map<string, Promise<ChannelCredentials>>();

  private constructor(
    readonly hub: Hub,
    readonly backend: HttpBackend,
    /** All load balancers of the hub, by the bench's own watch. */
    readonly loadBalancers: Watched<LoadBalancer>,
  ) {
    this.#stack.use(hub);
    this.#stack.use(loadBalancers);
    this.#stack.use(backend);
  }

  /** Starts everything. Addresses come from a /16 of the loopback range. */
  static async start(options: WorldOptions): Promise<World> {
    const second = 64 + Math.floor(Math.random() * 180);
    const hub = await startHub({
      addressPool: `127.${second}.0.0/16`,
      allowedEndpoints: `127.${second + 1}.0.0/16`,
      managerFlags: ["--drain-envoy-on-exit", ...options.managerFlags ?? []],
      report: options.report,
      ...options.program && { program: options.program },
    });
    const backend = new HttpBackend({ identity: "backend", address: `127.${second + 1}.0.1` });
    return new World(hub, backend, await Watched.start(hub.plane.adminKubeconfig, loadBalancers));
  }

  /** Process id of the manager. */
  get managerPid(): number {
    return this.hub.manager.process.pid;
  }

  /**
   * Connects to the manager as one more Envoy of a tenant's fleet, now or when it listens again.
   *
   * @param held what the Envoy has already.
   */
  async connectEnvoy(tenant: string, held?: DeltaClient): Promise<DeltaClient> {
    const fleet = `tenant-${tenant}`;
    let credentials = this.#credentials.get(fleet);
    if (credentials === undefined) {
      credentials = envoyCredentials(this.hub.plane.admin, fleet);
      this.#credentials.set(fleet, credentials);
    }
    return new DeltaClient(this.hub.xdsAddress, fleet, await credentials, held);
  }

  /** Creates a LoadBalancer as a CCM does; the backend is its endpoint unless told otherwise. */
  async createLoadBalancer(
    tenant: string,
    name: string,
    endpoints: Record<string, unknown> = { addresses: [{ ip: this.backend.address }] },
  ): Promise<void> {
    const place = { namespace: `tenant-${tenant}`, name };
    const loadBalancer = newLoadBalancer(place, endpoints, this.backend.port);
    await this.hub.plane.admin.request("POST", this.loadBalancersPath(tenant), loadBalancer);
  }

  /** Deletes one; resolves when it is gone. */
  async deleteLoadBalancer(tenant: string, name: string): Promise<void> {
    await this.hub.plane.admin.request("DELETE", `${this.loadBalancersPath(tenant)}/${name}`);
    await eventually(() => this.loadBalancers.cache.get(`tenant-${tenant}/${name}`) === undefined, {
      describe: `${name} to be gone`,
    });
  }

  /** Creates several at once, `parallel` requests at a time. */
  async createMany(
    tenant: string,
    names: readonly string[],
    endpoints?: Record<string, unknown>,
    parallel = 16,
  ): Promise<void> {
    const queue = names.values();
    const worker = async () => {
      for (const name of queue) await this.createLoadBalancer(tenant, name, endpoints);
    };
    await Promise.all(Array.from({ length: parallel }, worker));
  }

  /** Path of a tenant's load balancers. */
  loadBalancersPath(tenant: string): string {
    return `${kubelbPath}/namespaces/tenant-${tenant}/loadbalancers`;
  }

  /** Waits until `count` load balancers have an address in their status; returns all. */
  async allAddressed(
    tenant: string,
    count: number,
    deadline: number,
  ): Promise<readonly LoadBalancer[]> {
    const describe = `${count} load balancers of ${tenant} to have an address`;
    return await eventually(() => {
      const all = this.loadBalancers.cache.list(`tenant-${tenant}`);
      return all.filter((item) => addressOf(item) !== undefined).length === count && all;
    }, { deadline, describe, interval: 20 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

/** The address in a load balancer's status. */
export function addressOf(item: LoadBalancer): string | undefined {
  return item.status?.loadBalancer?.ingress?.[0]?.ip;
}
