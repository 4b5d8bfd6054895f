/**
 * A hub and a tenant cluster with everything in it, for the end-to-end tests and for chaos.
 *
 * @module
 */
import { udpIdleTimeoutAnnotation } from "../../apis/kubelb/names.ts";
import { systemRandom } from "../../base/random.ts";
import { NodeBackends } from "../demo/node_backends.ts";
import { type Hub, type HubOptions, startHub } from "./hub.ts";
import { type LoopbackNetwork, loopbackNetwork } from "./loopback_network.ts";
import { type ServicePort, startTenantCluster, type TenantCluster } from "./tenant_cluster.ts";
import { eventually } from "../process/eventually.ts";
import { ask } from "../demo/answers.ts";

/** A Service that answers through Envoy. */
export interface PublishedService {
  readonly name: string;
  readonly protocol: "TCP" | "UDP";
  readonly address: string;
  readonly port: number;
}

/** What a world is started with; the defaults do for a test. */
export interface WorldOptions extends Partial<HubOptions> {
  /** Addresses for load balancers: a power of 2. Default 128. */
  readonly addresses?: number;
  /** More flags of the tenant cluster's API server. */
  readonly tenantApiServerFlags?: readonly string[];
}

/** The installation under test. Nodes are `node-1`, `node-2`, …; backends say their node's name. */
export class World implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();

  private constructor(
    readonly hub: Hub,
    readonly tenant: TenantCluster,
    readonly network: LoopbackNetwork,
    readonly backends: NodeBackends,
  ) {
    this.#stack.use(hub);
    this.#stack.use(tenant);
    this.#stack.use(backends);
  }

  /** Starts hub, tenant `acme`, manager, CCM and two nodes. */
  static async start(
    { addresses, tenantApiServerFlags = [], ...options }: WorldOptions = {},
  ): Promise<World> {
    const network = loopbackNetwork(systemRandom, addresses);
    await using stack = new AsyncDisposableStack();
    const hub = stack.use(
      await startHub({
        addressPool: network.addressPool,
        allowedEndpoints: network.nodeRange,
        ...options,
      }),
    );
    const tenant = stack.use(
      await startTenantCluster({
        tenant: "acme",
        apiServerFlags: tenantApiServerFlags,
        ...options.program && { program: options.program },
        ...options.report && { report: options.report },
        hubKubeconfig: () => hub.registerTenant("acme"),
      }),
    );
    for (const number of [1, 2]) {
      await tenant.addNode(`node-${number}`, network.nodeAddress(number));
    }
    stack.move();
    return new World(hub, tenant, network, new NodeBackends());
  }

  /**
   * Creates a Service with backends on the given nodes and waits until it answers. One of UDP is
   * ready for a steady load, each of whose requests is another client.
   */
  async publish(
    name: string,
    port: ServicePort,
    { nodes = [1, 2], spec = {} }: { nodes?: number[]; spec?: Record<string, unknown> } = {},
  ): Promise<PublishedService> {
    const annotations = { ...port.protocol === "UDP" && { [udpIdleTimeoutAnnotation]: "5s" } };
    const service = await this.tenant.createService(name, [port], spec, annotations);
    for (const number of nodes) {
      await this.backends.start(
        `node-${number}`,
        this.network.nodeAddress(number),
        service.spec.ports,
      );
    }
    const address = await this.tenant.addressOf(name);
    const published = { name, protocol: port.protocol, address, port: port.port };
    await eventually(() => ask(published.protocol, address, published.port), {
      describe: `an answer of ${name} at ${address}:${published.port}`,
      deadline: 20_000,
    });
    return published;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}
