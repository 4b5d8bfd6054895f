/**
 * A tenant cluster with the CCM in it. Its nodes are Node objects, and its pods are plain backends
 * that listen on a node's address at the Service's node port: all that a hub ever sees of a tenant.
 *
 * @module
 */
import type { Node } from "../../apis/core/v1.ts";
import { type ControlPlane, startControlPlane } from "../cluster/control_plane.ts";
import { applyManifest, applyObject } from "../cluster/manifest.ts";
import { eventually } from "../process/eventually.ts";
import { type Program, type ProgramOptions, startProgram } from "../process/program.ts";
import { serviceAccountKubeconfig } from "./service_account.ts";

/** A port of a Service to create. */
export interface ServicePort {
  readonly name?: string;
  readonly protocol: "TCP" | "UDP";
  readonly port: number;
  nodePort?: number;
}

/** What this module reads of a Service. */
export interface TenantService {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    annotations?: Record<string, string>;
  };
  spec: { type: string; ports: ServicePort[]; [field: string]: unknown };
  status?: { loadBalancer?: { ingress?: { ip?: string; hostname?: string }[] } };
}

const ccmRoles = new URL("../../manifests/rbac/ccm.yaml", import.meta.url);
const services = "/api/v1/namespaces/default/services";

/** A running tenant cluster. */
export class TenantCluster implements AsyncDisposable {
  constructor(readonly plane: ControlPlane, readonly ccm: Program) {}

  /** Creates a ready Node with one external address; its name is its host name, as with a kubelet. */
  async addNode(name: string, address: string): Promise<void> {
    const status = {
      addresses: [
        { type: "ExternalIP", address },
        { type: "InternalIP", address },
        { type: "Hostname", address: name },
      ],
      conditions: [{ type: "Ready", status: "True", reason: "KubeletReady" }],
    };
    // At once, as a kubelet does it: a node without a status is one that is not ready.
    const node = { apiVersion: "v1", kind: "Node", metadata: { name }, status };
    await this.plane.admin.request("POST", "/api/v1/nodes", node);
  }

  /** External addresses of all nodes. */
  async nodes(): Promise<{ name: string; address: string }[]> {
    const { items } = await this.plane.admin.request<{ items: Node[] }>("GET", "/api/v1/nodes");
    return items.flatMap(({ metadata: { name }, status }) =>
      (status?.addresses ?? [])
        .filter(({ type }) => type === "ExternalIP")
        .map(({ address }) => ({ name, address }))
    );
  }

  /** All Services of type LoadBalancer, in all namespaces. */
  async loadBalancers(): Promise<TenantService[]> {
    const path = "/api/v1/services";
    const { items } = await this.plane.admin.request<{ items: TenantService[] }>("GET", path);
    return items.filter(({ spec: { type } }) => type === "LoadBalancer");
  }

  /** Deletes a Node object. */
  async removeNode(name: string): Promise<void> {
    await this.plane.admin.request("DELETE", `/api/v1/nodes/${name}`);
  }

  /** Creates a Service of type LoadBalancer; the answer has its node ports. */
  async createService(
    name: string,
    ports: readonly ServicePort[],
    spec: Record<string, unknown> = {},
    annotations: Record<string, string> = {},
  ): Promise<TenantService> {
    return await applyObject<TenantService>(this.plane.admin, {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace: "default", annotations },
      spec: { type: "LoadBalancer", selector: { app: name }, ports: [...ports], ...spec },
    });
  }

  /** Reads a Service. */
  async service(name: string): Promise<TenantService> {
    return await this.plane.admin.request<TenantService>("GET", `${services}/${name}`);
  }

  /** Deletes a Service and waits until its finalizers have let it go. */
  async deleteService(name: string, deadline = 30_000): Promise<void> {
    const { admin } = this.plane;
    await admin.request("DELETE", `${services}/${name}`);
    const list = () => admin.request<{ items: TenantService[] }>("GET", services);
    await eventually(
      async () => (await list()).items.every((service) => service.metadata.name !== name),
      { deadline, describe: `Service ${name} to be gone` },
    );
  }

  /** The address in a Service's status, as soon as it has one. */
  async addressOf(name: string, deadline = 30_000): Promise<string> {
    return await eventually(
      async () => (await this.service(name)).status?.loadBalancer?.ingress?.[0]?.ip,
      { deadline, describe: `an address in the status of Service ${name}`, interval: 20 },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.ccm[Symbol.asyncDispose]();
    await this.plane[Symbol.asyncDispose]();
  }
}

/** What a tenant cluster is started with. */
export interface TenantClusterOptions {
  /** The tenant's name in the hub. */
  readonly tenant: string;
  /** Gives the path of the kubeconfig for the hub; asked when the control plane runs. */
  readonly hubKubeconfig: () => Promise<string>;
  /** More flags of the CCM. */
  readonly ccmFlags?: readonly string[];
  /** More flags of the cluster's API server. */
  readonly apiServerFlags?: readonly string[];
  /** What to start instead of the sources, and with which environment. */
  readonly program?: Pick<ProgramOptions, "executable" | "env">;
  /** Is told what is being done. */
  readonly report?: (step: string) => void;
}

/** Starts a control plane and the CCM. */
export async function startTenantCluster(options: TenantClusterOptions): Promise<TenantCluster> {
  const { tenant, apiServerFlags = [], report = () => {} } = options;
  await using stack = new AsyncDisposableStack();
  const name = `tenant-${tenant}`;
  const plane = stack.use(
    await startControlPlane({ name, controllerManager: true, apiServerFlags }),
  );
  report(`tenant control plane at ${plane.server}`);
  const ccm = stack.use(await startCcm(plane, options));
  report("CCM ready");
  stack.move();
  return new TenantCluster(plane, ccm);
}

/** Starts the CCM for a cluster that runs, and waits until it is ready. */
export async function startCcm(
  plane: ControlPlane,
  options: TenantClusterOptions,
): Promise<Program> {
  const { tenant, hubKubeconfig, ccmFlags = [] } = options;
  await applyManifest(plane.admin, ccmRoles);
  const kubeconfig = await serviceAccountKubeconfig(plane, "kubelb", "kubelb-ccm");
  await using stack = new AsyncDisposableStack();
  const ccm = stack.use(
    await startProgram({
      name: "ccm",
      mode: "ccm",
      ...options.program,
      args: [
        `--cluster-name=${tenant}`,
        `--kubeconfig=${kubeconfig}`,
        `--kubelb-kubeconfig=${await hubKubeconfig()}`,
        "--leader-election-namespace=kubelb",
        "--log-format=text",
        ...ccmFlags,
      ],
    }),
  );
  await ccm.waitReady();
  stack.move();
  return ccm;
}
