/**
 * A hub and a tenant cluster without a manager: the tests play its part, so that they see exactly
 * what the CCM does.
 *
 * @module
 */
import type { Condition } from "../../apis/meta/v1.ts";
import type { Service, ServicePort } from "../../apis/core/v1.ts";
import { ccmName } from "../../apis/kubelb/names.ts";
import type { Addresses, LoadBalancer } from "../../apis/kubelb/v1alpha1/mod.ts";
import {
  AdminError,
  type ControlPlane,
  eventually,
  installCrds,
  type Program,
  startProgram,
} from "../harness/mod.ts";
import { applyManifest, applyObject } from "../../tools/cluster/manifest.ts";
import { serviceAccountKubeconfig } from "../../tools/installation/service_account.ts";

const tenantRoles = new URL("../../manifests/rbac/ccm.yaml", import.meta.url);

/** Once per tenant cluster: the roles of the CCM and its ServiceAccount. */
export async function prepareTenantCluster(plane: ControlPlane): Promise<void> {
  await applyManifest(plane.admin, tenantRoles);
}

/** Once per hub: the CRDs. */
export async function prepareHub(plane: ControlPlane): Promise<void> {
  await installCrds(plane);
}

/** A tenant in the hub, and its cluster. */
export class TenantFixture {
  constructor(
    readonly hub: ControlPlane,
    readonly tenant: ControlPlane,
    readonly name: string,
    readonly hubKubeconfig: string,
    readonly tenantKubeconfig: string,
  ) {}

  /** The tenant's namespace in the hub, with a user who may do what a CCM may. */
  static async create(
    hub: ControlPlane,
    tenant: ControlPlane,
    name: string,
  ): Promise<TenantFixture> {
    const namespace = `tenant-${name}`;
    const user = `${ccmName}-${name}`;
    await applyObject(hub.admin, {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: namespace },
    });
    await applyObject(hub.admin, ccmRole(namespace));
    await applyObject(hub.admin, ccmRoleBinding(namespace, user));
    return new TenantFixture(
      hub,
      tenant,
      name,
      await hub.kubeconfig({ user, namespace }),
      await serviceAccountKubeconfig(tenant, "kubelb", ccmName),
    );
  }

  /** Starts a CCM for it; does not wait until it is ready. */
  startCcm(flags: readonly string[] = []): Promise<Program> {
    return startProgram({
      name: `ccm-${this.name}`,
      mode: "ccm",
      args: [
        `--cluster-name=${this.name}`,
        `--kubeconfig=${this.tenantKubeconfig}`,
        `--kubelb-kubeconfig=${this.hubKubeconfig}`,
        "--leader-election-namespace=kubelb",
        "--node-address-type=InternalIP",
        "--log-format=text",
        ...flags,
      ],
    });
  }

  #loadBalancerPath(service: Service): string {
    return `/apis/kubelb.k8c.io/v1alpha1/namespaces/tenant-${this.name}/loadbalancers/${service.metadata.uid}`;
  }

  /** The LoadBalancer of a Service as it is now; `undefined` when there is none. */
  loadBalancer(service: Service): Promise<LoadBalancer | undefined> {
    return orGone(this.hub.admin.request<LoadBalancer>("GET", this.#loadBalancerPath(service)));
  }

  /** Waits until a Service has a LoadBalancer that `holds`. */
  loadBalancerThat(
    service: Service,
    describe: string,
    holds: (object: LoadBalancer) => boolean = () => true,
  ): Promise<LoadBalancer> {
    let last: LoadBalancer | undefined;
    return eventually(async () => {
      last = await this.loadBalancer(service);
      return last !== undefined && holds(last) && last;
    }, { describe: () => `${describe}; it is ${JSON.stringify(last)}`, interval: 25 });
  }

  /** Waits until the LoadBalancer of a Service is gone, and plays the manager that lets it go. */
  async loadBalancerGone(service: Service): Promise<void> {
    await eventually(async () => {
      const object = await this.loadBalancer(service);
      if (object === undefined) return true;
      if (object.metadata.deletionTimestamp === undefined) return false;
      await orGone(this.hub.admin.request(
        "PATCH",
        this.#loadBalancerPath(service),
        { metadata: { finalizers: null } },
        "application/merge-patch+json",
      ));
      return false;
    }, { describe: "the LoadBalancer to go", interval: 25 });
  }

  /** Plays the manager: gives a LoadBalancer these addresses. */
  async publish(
    service: Service,
    ips: readonly string[],
    conditions: readonly Condition[] = [],
  ): Promise<void> {
    const loadBalancer = { ingress: ips.map((ip) => ({ ip })) };
    const status = { loadBalancer, observedGeneration: 1, conditions };
    await this.hub.admin.request(
      "PATCH",
      `${this.#loadBalancerPath(service)}/status`,
      { status },
      "application/merge-patch+json",
    );
  }

  /** Writes to a LoadBalancer as somebody else than the CCM. */
  async patchLoadBalancer(service: Service, patch: unknown): Promise<void> {
    const path = this.#loadBalancerPath(service);
    await this.hub.admin.request("PATCH", path, patch, "application/merge-patch+json");
  }

  /** `Addresses/default` in the hub; `undefined` when there is none. */
  addresses(): Promise<Addresses | undefined> {
    const path = `/apis/kubelb.k8c.io/v1alpha1/namespaces/tenant-${this.name}/addresses/default`;
    return orGone(this.hub.admin.request<Addresses>("GET", path));
  }

  /** Waits until the hub lists exactly these node addresses. */
  async addressesAre(...ips: string[]): Promise<Addresses> {
    let last: Addresses | undefined;
    return await eventually(async () => {
      last = await this.addresses();
      const present = last?.spec.addresses?.map(({ ip, hostname }) => ip ?? hostname);
      return JSON.stringify(present) === JSON.stringify(ips) && last;
    }, {
      describe: () => `the addresses ${ips}; they are ${JSON.stringify(last?.spec)}`,
      interval: 25,
    });
  }

  /** Creates a Service of type LoadBalancer in the tenant's namespace `default`. */
  createService(
    name: string,
    spec: Record<string, unknown> = {},
    metadata: Record<string, unknown> = {},
  ): Promise<Service> {
    const ports: ServicePort[] = [{ name: "http", port: 80, protocol: "TCP" }];
    return this.tenant.admin.request<Service>("POST", servicesPath, {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, ...metadata },
      spec: { type: "LoadBalancer", ports, ...spec },
    });
  }

  /** A Service as it is now; `undefined` when there is none. */
  service(name: string): Promise<Service | undefined> {
    return orGone(this.tenant.admin.request<Service>("GET", `${servicesPath}/${name}`));
  }

  /** Waits until a Service `holds`. */
  serviceThat(
    name: string,
    describe: string,
    holds: (service: Service) => boolean,
  ): Promise<Service> {
    let last: Service | undefined;
    return eventually(async () => {
      last = await this.service(name);
      return last !== undefined && holds(last) && last;
    }, { describe: () => `${describe}; it is ${JSON.stringify(last)}`, interval: 25 });
  }

  /** Changes a Service by a merge patch. */
  async patchService(name: string, patch: unknown): Promise<void> {
    const path = `${servicesPath}/${name}`;
    await this.tenant.admin.request("PATCH", path, patch, "application/merge-patch+json");
  }

  /** Asks for the deletion of a Service; finalizers may hold it. */
  async deleteService(name: string): Promise<void> {
    await this.tenant.admin.request("DELETE", `${servicesPath}/${name}`);
  }

  /** Waits until a Service is gone. */
  async serviceGone(name: string, deadline = 10_000): Promise<void> {
    const describe = `Service ${name} to go`;
    await eventually(async () => await this.service(name) === undefined, { describe, deadline });
  }

  /** Waits for an event on an object of the tenant cluster, and returns its text. */
  event(object: string, reason: string): Promise<string> {
    interface EventList {
      items: { reason: string; note: string; regarding: { name: string } }[];
    }
    const path = "/apis/events.k8s.io/v1/events";
    let seen: string[] = [];
    return eventually(async () => {
      const { items } = await this.tenant.admin.request<EventList>("GET", path);
      seen = items.map((item) => `${item.regarding.name} ${item.reason}`);
      return items.find((item) => item.reason === reason && item.regarding.name === object)?.note;
    }, { describe: () => `event ${reason} on ${object}; there are ${seen}` });
  }

  /** Creates or changes a Node. */
  async node(name: string, ip: string, ready = true): Promise<void> {
    const { admin } = this.tenant;
    await applyObject(admin, { apiVersion: "v1", kind: "Node", metadata: { name } });
    const status = {
      addresses: [{ type: "InternalIP", address: ip }, { type: "Hostname", address: name }],
      conditions: [{ type: "Ready", status: ready ? "True" : "False", reason: "Test" }],
    };
    const path = `/api/v1/nodes/${name}/status`;
    await admin.request("PATCH", path, { status }, "application/merge-patch+json");
  }

  /** Removes a Node. */
  async removeNode(name: string): Promise<void> {
    await this.tenant.admin.request("DELETE", `/api/v1/nodes/${name}`);
  }
}

const servicesPath = "/api/v1/namespaces/default/services";

async function orGone<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof AdminError && error.status === 404) return undefined;
    throw error;
  }
}

/** What the manager gives a CCM (design §2.8): its objects, no status. */
function ccmRole(namespace: string) {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata: { name: ccmName, namespace },
    rules: [
      {
        apiGroups: ["kubelb.k8c.io"],
        resources: ["loadbalancers", "routes", "addresses", "syncsecrets"],
        verbs: ["create", "update", "get", "list", "delete", "patch", "watch"],
      },
      {
        apiGroups: ["kubelb.k8c.io"],
        resources: ["tenantstates"],
        verbs: ["get", "list", "watch"],
      },
    ],
  };
}

function ccmRoleBinding(namespace: string, user: string) {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: { name: ccmName, namespace },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: ccmName },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: user }],
  };
}
