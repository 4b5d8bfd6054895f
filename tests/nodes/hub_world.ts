/**
 * A hub and a tenant with real nodes, two managers, Envoys as pods, and a client outside.
 *
 * The load-balancer implementation of the hub is played here: the address of a Service is written
 * into its status, and the client is told by which node it is reached, as a router would be.
 *
 * @module
 */
import type { Deployment } from "../../apis/apps/v1.ts";
import type { Service } from "../../apis/core/v1.ts";
import { applyObject } from "../../tools/cluster/manifest.ts";
import { podImage } from "../../tools/cluster/node/images.ts";
import type { Machine } from "../../tools/cluster/node/machine.ts";
import { MachineNetwork } from "../../tools/cluster/node/machine_network.ts";
import { type NodeCluster, startNodeCluster } from "../../tools/cluster/node/node_cluster.ts";
import { registerTenant } from "../../tools/installation/register_tenant.ts";
import {
  type ServicePort,
  startCcm,
  TenantCluster,
} from "../../tools/installation/tenant_cluster.ts";
import { eventually } from "../../tools/process/eventually.ts";
import type { Program } from "../../tools/process/program.ts";
import { Sandbox } from "../../tools/process/sandbox.ts";
import { prepareHub, startManagers } from "./hub_managers.ts";
import { managerImage, startManagerPods } from "./manager_pods.ts";
import { askFrom } from "./outside_client.ts";
import { isReady, type Pod } from "./pod.ts";

/** A line of Envoy's access log, as far as it is read here. */
export interface AccessLogLine {
  readonly service: string;
  readonly client: string;
  readonly listener: string;
  readonly endpoint: string;
  readonly [field: string]: unknown;
}

/** Namespace of the tenant in the hub. */
export const tenantNamespace = "tenant-acme";

/** The installation. */
export class HubWorld implements AsyncDisposable {
  #addresses = 0;

  private constructor(
    readonly network: MachineNetwork,
    readonly hub: NodeCluster,
    readonly tenantCluster: NodeCluster,
    readonly managers: readonly Program[],
    readonly tenant: TenantCluster,
    readonly client: Machine,
    private readonly stack: AsyncDisposableStack,
  ) {}

  /**
   * @param where whether the managers run beside the hub, where tests stop and start them, or as pods
   *   of it; `managers` is empty then.
   */
  static async start(where: "beside" | "pods" = "beside"): Promise<HubWorld> {
    await using stack = new AsyncDisposableStack();
    const sandbox = stack.use(await Sandbox.create("hub-world"));
    const images = where === "pods" ? [await managerImage(sandbox)] : [];
    const network = stack.use(await MachineNetwork.create());
    const [hub, tenant] = await Promise.all([
      startNodeCluster({
        network,
        name: "hub",
        nodes: [11, 12].map((number) => network.address(number)),
        podPrefix: "10.244",
        serviceRange: "10.96.0.0/16",
        images,
      }),
      startNodeCluster({
        network,
        name: "tenant",
        nodes: [21, 22].map((number) => network.address(number)),
        podPrefix: "10.245",
        serviceRange: "10.97.0.0/16",
      }),
    ]);
    stack.use(hub);
    stack.use(tenant);
    await prepareHub(hub);
    const managers = where === "pods" ? [] : await startManagers(network, hub, stack);
    if (where === "pods") await startManagerPods(hub);
    const ccm = stack.use(
      await startCcm(tenant.plane, {
        tenant: "acme",
        hubKubeconfig: () => registerTenant(hub.plane, "acme"),
        ccmFlags: ["--node-address-type=InternalIP"],
      }),
    );
    // What Kubernetes itself has to say about the pods: it refuses any that could become root.
    await hub.plane.admin.request(
      "PATCH",
      `/api/v1/namespaces/${tenantNamespace}`,
      { metadata: { labels: { "pod-security.kubernetes.io/enforce": "restricted" } } },
      "application/merge-patch+json",
    );
    const outside = network.address(31);
    const client = await network.machine("client", outside);
    const facade = new TenantCluster(tenant.plane, ccm);
    return new HubWorld(network, hub, tenant, managers, facade, client, stack.move());
  }

  /** The client's address. */
  get clientAddress(): string {
    return this.network.address(31);
  }

  /** Runs backends in the tenant: two pods called `name-…`, on port 3000, one on each node. */
  async deploy(name: string, env: Record<string, string> = {}): Promise<void> {
    const labels = { app: name };
    const term = { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: labels } };
    const affinity = {
      podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] },
    };
    const variables = Object.entries(env).map(([name, value]) => ({ name, value }));
    const containers = [{ name, image: podImage, args: ["serve", "3000"], env: variables }];
    await applyObject(this.tenantCluster.plane.admin, {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers, affinity } },
      },
    } as never);
  }

  /** Makes a Service in the tenant, gives it an address in the hub, and waits for answers there. */
  async publish(
    name: string,
    ports: readonly ServicePort[],
    via = "hub-1",
    spec: Record<string, unknown> = {},
    annotations: Record<string, string> = {},
  ): Promise<string> {
    await applyObject(this.tenantCluster.plane.admin, {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace: "default", annotations },
      spec: {
        type: "LoadBalancer",
        selector: { app: name.replace(/-.*/, "") },
        ports: ports.map((port) => ({ targetPort: 3000, ...port })),
        ...spec,
      },
    } as never);
    const service = await this.hubService(name);
    const address = this.network.address(256 * 9 + ++this.#addresses);
    await this.route(address, via);
    await this.hub.plane.admin.request(
      "PATCH",
      `/api/v1/namespaces/${tenantNamespace}/services/${service.metadata.name}/status`,
      { status: { loadBalancer: { ingress: [{ ip: address }] } } },
      "application/merge-patch+json",
    );
    const assigned = await this.tenant.addressOf(name);
    if (assigned !== address) throw new Error(`${name} has ${assigned} instead of ${address}`);
    for (const { protocol, port } of ports) {
      // Several in a row: each Envoy checks the node ports for itself, and one that came before
      // kube-proxy has opened them looks again after the interval of its health checks.
      await eventually(() => askFrom(this.client, { protocol, address, port }, 10), {
        deadline: 60_000,
        describe: `answers of ${name} at ${address}`,
      });
    }
    return address;
  }

  /** Backends and a Service `web`, by TCP and UDP, behind an Envoy on each node; its address. */
  async publishWeb(port: number): Promise<string> {
    await this.deploy("web");
    const address = await this.publish("web", [
      { name: "tcp", protocol: "TCP", port },
      { name: "udp", protocol: "UDP", port },
    ]);
    await this.readyPods(2);
    return address;
  }

  /** Tells the client by which node of the hub an address is reached. */
  async route(address: string, node: string): Promise<void> {
    await this.network.route(this.client, `${address}/32`, this.hub.node(node).address);
  }

  /** The hub Service of a tenant's Service; waits for it. */
  async hubService(name: string): Promise<Service> {
    const path = `/api/v1/namespaces/${tenantNamespace}/services`;
    const label = "kubelb.k8c.io/origin-name";
    return await eventually(async () => {
      const query = `?labelSelector=${label}%3D${name}`;
      const { items } = await this.hub.plane.admin.request<{ items: Service[] }>(
        "GET",
        path + query,
      );
      return items[0];
    }, { deadline: 20_000, describe: `the hub Service of ${name}` });
  }

  /** The fleet's Deployment. */
  fleet(): Promise<Deployment> {
    const path = `/apis/apps/v1/namespaces/${tenantNamespace}/deployments/envoy-${tenantNamespace}`;
    return this.hub.plane.admin.request<Deployment>("GET", path);
  }

  /** The fleet's pods, those that are ending too. */
  async pods(): Promise<Pod[]> {
    const path = `/api/v1/namespaces/${tenantNamespace}/pods`;
    return (await this.hub.plane.admin.request<{ items: Pod[] }>("GET", path)).items;
  }

  /** Waits until so many pods are ready, and no other is there but those that end. */
  async readyPods(count: number, deadline = 60_000): Promise<Pod[]> {
    let pods: Pod[] = [];
    return await eventually(async () => {
      pods = (await this.pods()).filter(({ metadata }) => !metadata.deletionTimestamp);
      return pods.length === count && pods.every(isReady) ? pods : undefined;
    }, { deadline, describe: () => `${count} ready pods: ${JSON.stringify(pods.map(summary))}` });
  }

  /** What the fleet's Envoys say of connections to a load balancer, so far. */
  async accessLog(service: Service): Promise<AccessLogLine[]> {
    const owner = service.metadata.labels?.["kubelb.k8c.io/lb-name"] ?? "";
    const texts = (await this.pods()).map(({ metadata, spec }) =>
      this.hub.node(spec.nodeName).podLog(tenantNamespace, metadata.name, "envoy-proxy")
    );
    return (await Promise.all(texts)).join("").split("\n").flatMap((line) => {
      const [json] = /\{.*\}$/.exec(line) ?? [];
      const parsed: AccessLogLine | undefined = json && JSON.parse(json);
      return parsed?.service?.includes(`/${owner}/`) ? [parsed] : [];
    });
  }

  /** Names of the fleet's streams at both managers. */
  async streams(): Promise<number> {
    const counts = this.managers.map(async ({ healthUrl, running }) => {
      if (!running) return 0;
      const { streams } = await (await fetch(`${healthUrl}/debug/xds`)).json();
      return streams.length;
    });
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stack.disposeAsync();
  }
}

function summary({ metadata, spec, status }: Pod) {
  return [metadata.name, spec.nodeName, status.phase, status.containerStatuses?.[0]?.state];
}
