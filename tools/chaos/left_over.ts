/**
 * What is still there after everything was deleted.
 *
 * @module
 */
import { join } from "node:path";
import ipaddr from "ipaddr.js";
import type { XdsSnapshot } from "../../envoy/xds/mod.ts";
import { describeError } from "../../base/errors.ts";
import type { AdminClient } from "../cluster/admin_client.ts";
import { envoysOf } from "../installation/envoy_processes.ts";
import type { Hub } from "../installation/hub.ts";
import type { World } from "../installation/world.ts";
import { eventually } from "../process/eventually.ts";
import { metricValue } from "./endurance.ts";
import { openSockets } from "./sockets.ts";

/** Milliseconds for everything to go: an Envoy drains for 60 s. */
const patience = 150_000;

interface List {
  items: { metadata: { namespace?: string; name: string } }[];
}

/**
 * Deletes nodes and Tenant (the Services are gone already), waits until nothing is left, and returns
 * what is: one line for each object, socket, stream, process and file.
 */
export async function removeTenant(world: World): Promise<string[]> {
  const { hub, tenant } = world;
  for (const number of [1, 2]) await tenant.removeNode(`node-${number}`);
  await hub.plane.admin.request("DELETE", "/apis/kubelb.k8c.io/v1alpha1/tenants/acme");
  let left: string[] = [];
  return await eventually(async () => {
    left = await lookForLeftovers(world);
    return left.length === 0 && left;
  }, { deadline: patience, interval: 500 }).catch((error) =>
    left.length > 0 ? left : [`nobody can tell what is left: ${describeError(error)}`]
  );
}

async function lookForLeftovers(world: World): Promise<string[]> {
  const { hub, tenant, network } = world;
  const { streams, fleets } = await xdsSnapshot(hub);
  const metrics = await hub.manager.metrics();
  const ports = metricValue(metrics, "kubelb_manager_port_allocator_allocated_ports");
  const envoys = await envoysOf(hub.manager.folder);
  const range = ipaddr.IPv4.parseCIDR(network.addressPool);
  const inPool = (socket: string) => ipaddr.IPv4.parse(/[\d.]+(?=:)/.exec(socket)![0]).match(range);
  return [
    ...await objectsOf(hub.plane.admin, "hub"),
    ...await objectsOf(tenant.plane.admin, "tenant"),
    ...(await openSockets()).filter(inPool).map((socket) => `listener ${socket}`),
    ...streams.map(({ fleet }) => `xDS stream of ${fleet}`),
    ...fleets.map(({ fleet }) => `xDS resources of ${fleet}`),
    ...ports > 0 ? [`${ports} allocated ports`] : [],
    ...envoys.map((pid) => `Envoy process ${pid}`),
    ...(await filesIn(join(hub.manager.folder, "state", "fleets"))).map((name) => `file ${name}`),
  ];
}

/** Everything that KubeLB makes or serves, and the tenant's namespace. */
async function objectsOf(admin: AdminClient, cluster: "hub" | "tenant"): Promise<string[]> {
  const kinds = ["loadbalancers", "routes", "addresses", "syncsecrets", "tenants"];
  const paths = cluster === "tenant"
    ? ["/api/v1/services"]
    : ["/api/v1/services", ...kinds.map((kind) => `/apis/kubelb.k8c.io/v1alpha1/${kind}`)];
  const found: string[] = [];
  for (const path of [...paths, "/api/v1/namespaces"]) {
    const { items } = await admin.request<List>("GET", path);
    const kind = path.slice(path.lastIndexOf("/") + 1);
    for (const { metadata: { namespace = "", name } } of items) {
      if (kind === "services" && namespace === "default" && name === "kubernetes") continue;
      if (kind === "namespaces" && !name.startsWith("tenant-")) continue;
      found.push(`${cluster}: ${kind} ${namespace}/${name}`);
    }
  }
  return found;
}

async function xdsSnapshot({ manager }: Hub): Promise<XdsSnapshot> {
  const response = await fetch(`${manager.healthUrl}/debug/xds`);
  if (!response.ok) throw new Error(`/debug/xds: ${response.status} ${await response.text()}`);
  return await response.json();
}

async function filesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => join(folder, name));
}
