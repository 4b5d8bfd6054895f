/**
 * A hub with a manager under test; the tests play the CCM's part.
 *
 * @module
 */
import { inspect } from "node:util";
import type { Service } from "../../apis/core/v1.ts";
import { findCondition } from "../../apis/kubelb/conditions.ts";
import type {
  Config,
  ConfigSpec,
  LoadBalancer,
  LoadBalancerSpec,
} from "../../apis/kubelb/v1alpha1/mod.ts";
import type { Condition } from "../../apis/meta/v1.ts";
import { applyObject } from "../../tools/cluster/manifest.ts";
import { type Hub, type HubOptions, startHub } from "../../tools/installation/hub.ts";
import {
  type LoopbackNetwork,
  loopbackNetwork,
} from "../../tools/installation/loopback_network.ts";
import { AdminError, eventually } from "../harness/mod.ts";

const group = "/apis/kubelb.k8c.io/v1alpha1";

/** The hub's Config. */
export const configPath = `${group}/namespaces/kubelb/configs/default`;

/** Reads and writes the hub as its administrator. */
export class HubFixture implements AsyncDisposable {
  constructor(readonly hub: Hub, readonly network: LoopbackNetwork) {}

  /** Starts a hub with its manager. */
  static async start(options: Partial<HubOptions> = {}): Promise<HubFixture> {
    const network = loopbackNetwork();
    const hub = await startHub({
      addressPool: network.addressPool,
      allowedEndpoints: network.nodeRange,
      ...options,
    });
    return new HubFixture(hub, network);
  }

  get admin() {
    return this.hub.plane.admin;
  }

  /** Registers tenants, each with the nodes 1 and 2; waits until load balancers can be created. */
  async tenants(...names: string[]): Promise<void> {
    for (const name of names) {
      await this.hub.registerTenant(name);
      await this.setNodes(name, [1, 2]);
    }
  }

  /** Writes the tenant's `Addresses/default`. */
  async setNodes(tenant: string, numbers: readonly number[]): Promise<void> {
    const addresses = numbers.map((number) => ({ ip: this.network.nodeAddress(number) }));
    await this.apply("Addresses", tenant, "default", { addresses });
  }

  /** Creates or changes an object of a tenant. */
  async apply(kind: string, tenant: string, name: string, spec: object): Promise<void> {
    const apiVersion = "kubelb.k8c.io/v1alpha1";
    const metadata = { name, namespace: `tenant-${tenant}` };
    await applyObject(this.admin, { apiVersion, kind, metadata, spec } as never);
  }

  /** Creates or changes the Config. */
  setConfig(spec: ConfigSpec): Promise<Config> {
    return this.admin.apply<Config>(configPath, {
      apiVersion: "kubelb.k8c.io/v1alpha1",
      kind: "Config",
      metadata: { name: "default", namespace: "kubelb" },
      spec,
    });
  }

  /** Creates or changes a load balancer with one TCP port. */
  createLoadBalancer(
    tenant: string,
    name: string,
    spec: Partial<LoadBalancerSpec> = {},
  ): Promise<void> {
    return this.apply("LoadBalancer", tenant, name, {
      type: "LoadBalancer",
      ports: [{ name: "web", protocol: "TCP", port: 8080 }],
      endpoints: [{
        addressesReference: { name: "default" },
        ports: [{ name: "web", protocol: "TCP", port: 31080 }],
      }],
      ...spec,
    });
  }

  /** Reads a path below the tenant's namespace; undefined when it is not there. */
  async read<T>(root: string, tenant: string, rest: string): Promise<T | undefined> {
    try {
      return await this.admin.request<T>("GET", `${root}/namespaces/tenant-${tenant}/${rest}`);
    } catch (error) {
      if (error instanceof AdminError && error.status === 404) return undefined;
      throw error;
    }
  }

  loadBalancer(tenant: string, name: string): Promise<LoadBalancer | undefined> {
    return this.read<LoadBalancer>(group, tenant, `loadbalancers/${name}`);
  }

  hubService(tenant: string, name: string): Promise<Service | undefined> {
    return this.read<Service>("/api/v1", tenant, `services/envoy-${name}`);
  }

  /** Whether a load balancer has an event of this reason. */
  async hasEvent(tenant: string, reason: string, loadBalancer: string): Promise<boolean> {
    type Events = { items: { reason: string; regarding: { kind: string; name: string } }[] };
    const path = `/apis/events.k8s.io/v1/namespaces/tenant-${tenant}/events`;
    const { items } = await this.admin.request<Events>("GET", path);
    return items.some((event) =>
      event.reason === reason && event.regarding.kind === "LoadBalancer" &&
      event.regarding.name === loadBalancer
    );
  }

  async deleteLoadBalancer(tenant: string, name: string): Promise<void> {
    const path = `${group}/namespaces/tenant-${tenant}/loadbalancers/${name}`;
    await this.admin.request("DELETE", path);
  }

  /** Waits until a condition of a load balancer has the status (and reason); returns it. */
  async condition(
    tenant: string,
    name: string,
    type: string,
    wanted: { status?: string; reason?: string; message?: RegExp },
    deadline = 10_000,
  ): Promise<Condition> {
    let last: LoadBalancer | undefined;
    return await eventually(async () => {
      last = await this.loadBalancer(tenant, name);
      const found = findCondition(last?.status?.conditions, type);
      const { generation } = last?.metadata ?? {};
      const current = found !== undefined && found.observedGeneration === generation;
      const fits = (wanted.status ?? found?.status) === found?.status &&
        (wanted.reason ?? found?.reason) === found?.reason &&
        (wanted.message?.test(found?.message ?? "") ?? true);
      return current && fits ? found : undefined;
    }, {
      deadline,
      describe: () =>
        `${type} of ${name} to be ${inspect(wanted)}; it is ` +
        JSON.stringify(last?.status?.conditions),
    });
  }

  /** Waits for the address of a load balancer. */
  async addressOf(tenant: string, name: string, deadline?: number): Promise<string> {
    await this.condition(tenant, name, "AddressAssigned", { status: "True" }, deadline);
    return (await this.loadBalancer(tenant, name))?.status?.loadBalancer?.ingress?.[0]?.ip ?? "";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.hub[Symbol.asyncDispose]();
  }
}

/** One hub for all tests of the calling file; see `sharedControlPlane`. */
export function sharedHub(
  options: Partial<HubOptions> = {},
  prepare: (hub: HubFixture) => Promise<void> = () => Promise.resolve(),
): () => HubFixture {
  let fixture: HubFixture | undefined;
  Deno.test.beforeAll(async () => {
    fixture = await HubFixture.start(options);
    await prepare(fixture);
  });
  Deno.test.afterAll(() => fixture?.[Symbol.asyncDispose]());
  return () => fixture!;
}
