/**
 * Changes of endpoints in the hub, until a client of the tenant's fleet has acknowledged them.
 *
 * @module
 */
import { systemClock } from "../../base/clock.ts";
import { typeUrls } from "../../envoy/proto/mod.ts";
import { eventually } from "../../tools/process/eventually.ts";
import { percentile } from "../measure/percentile.ts";
import { cpuMilliseconds } from "../measure/process_usage.ts";
import type { DeltaClient } from "../xds/delta_client.ts";
import { formatBytes, formatMilliseconds, type Row } from "./row.ts";
import { kubelbPath, type World } from "./world.ts";

/** What a series of single changes cost. Times in milliseconds, the rest per change. */
export interface ChangeCost {
  readonly latencies: readonly number[];
  readonly bytes: number;
  readonly responses: number;
  readonly cpu: number;
}

const merge = "application/merge-patch+json";

/** Changes the inline address of single load balancers, one after another. */
export async function measureEndpointChanges(
  world: World,
  tenant: string,
  names: readonly string[],
  samples: number,
): Promise<ChangeCost> {
  using client = await connect(world, tenant, names.length);
  const latencies: number[] = [];
  client.resetTraffic();
  const cpuBefore = await cpuMilliseconds(world.managerPid);
  for (let index = 0; index < samples; index++) {
    const name = names[(index * 7919) % names.length]!;
    latencies.push(await changeOne(world, client, tenant, name));
  }
  const cpu = (await cpuMilliseconds(world.managerPid) - cpuBefore) / samples;
  return {
    latencies,
    cpu,
    bytes: client.bytes / samples,
    responses: client.traffic.responses / samples,
  };
}

let changes = 0;

/** Another host with each change: one that is set already would never be acknowledged. */
function nextHost(): number {
  return 2 + changes++ % 200;
}

/** Connects as one more Envoy of the fleet and waits until it holds everything. */
export async function connect(world: World, tenant: string, count: number): Promise<DeltaClient> {
  const client = await world.connectEnvoy(tenant);
  // Listeners come last; what is still on its way would be counted as the cost of a change.
  const types = [typeUrls.cluster, typeUrls.endpoint, typeUrls.listener];
  await eventually(() => types.every((type) => client.count(type) >= count), {
    deadline: 60_000,
    interval: 10,
    describe: () =>
      `${count} clusters, endpoint assignments and listeners (have ` +
      `${types.map((type) => client.count(type))}) ${client.error}`,
  });
  return client;
}

/** Gives a load balancer another endpoint; milliseconds until `client` has acknowledged it. */
export async function changeOne(
  world: World,
  client: DeltaClient,
  tenant: string,
  name: string,
): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  using _listening = client.onResponse(({ typeUrl, names, acknowledged }) => {
    if (typeUrl === typeUrls.endpoint && names.some((key) => key.includes(`/${name}/`))) {
      resolve(acknowledged);
    }
  });
  const { address, port } = world.backend;
  const ip = address.replace(/\.\d+$/, `.${nextHost()}`);
  const endpoints = [{ addresses: [{ ip }], ports: [{ name: "http", port, protocol: "TCP" }] }];
  const path = `${world.loadBalancersPath(tenant)}/${name}`;
  await world.hub.plane.admin.request("PATCH", path, { spec: { endpoints } }, merge);
  const answered = performance.now();
  // The acknowledgement can be there before the answer of the PATCH is: that is no latency at all.
  return Math.max(0, await promise - answered);
}

/** The rows of one size. */
export function endpointChangeRow(count: number, upstream: string, cost: ChangeCost): Row {
  const p50 = formatMilliseconds(percentile(cost.latencies, 0.5));
  const p99 = formatMilliseconds(percentile(cost.latencies, 0.99));
  return {
    figure: `endpoint change → acknowledged, ${count.toLocaleString("en")} load balancers`,
    upstream: `p50 ${upstream}`,
    aim: "p50 ≤ 8 ms, p99 ≤ 20 ms",
    ours: `p50 ${p50}, p99 ${p99}`,
  };
}

/** What a change costs beside time. */
export function endpointCostRow(cost: ChangeCost): Row {
  return {
    figure: "bytes both ways, responses, manager CPU for it, at 1,000",
    upstream: "1.26 MB, 1,002, 435 ms",
    aim: "≤ 1 kB, 1, ≤ 3 ms",
    ours: `${formatBytes(cost.bytes)}, ${cost.responses.toFixed(1)}, ${cost.cpu.toFixed(1)} ms`,
  };
}

/** Replaces the tenant's nodes, on which all its load balancers depend. */
export async function measureNodeChange(
  world: World,
  tenant: string,
  count: number,
): Promise<Row> {
  using client = await connect(world, tenant, count);
  const times: number[] = [];
  const sizes: number[] = [];
  for (let round = 0; round < 5; round++) {
    client.resetTraffic();
    const start = await setNodes(world, tenant, [10 + round, 20 + round]);
    const arrived = await allChanged(client, count);
    times.push(Math.max(0, arrived - start));
    sizes.push(client.bytes);
  }
  return {
    figure: `node change at ${count.toLocaleString("en")} → all acknowledged`,
    upstream: "191 ms, 1.26 MB",
    aim: "≤ 300 ms, ≤ 300 kB",
    ours: `${formatMilliseconds(percentile(times, 0.5))}, ${formatBytes(percentile(sizes, 0.5))}`,
  };
}

/** Writes the tenant's `Addresses/default` as a CCM does; returns when that was answered. */
export async function setNodes(
  world: World,
  tenant: string,
  hosts: readonly number[],
): Promise<number> {
  const addresses = hosts.map((host) => ({
    ip: world.backend.address.replace(/\.\d+$/, `.${host}`),
  }));
  await world.hub.plane.admin.apply(
    `${kubelbPath}/namespaces/tenant-${tenant}/addresses/default`,
    {
      apiVersion: "kubelb.k8c.io/v1alpha1",
      kind: "Addresses",
      metadata: { name: "default" },
      spec: { addresses },
    },
  );
  return performance.now();
}

async function allChanged(client: DeltaClient, count: number): Promise<number> {
  const changed = new Set<string>();
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  using _listening = client.onResponse(({ typeUrl, names, acknowledged }) => {
    if (typeUrl !== typeUrls.endpoint) return;
    for (const name of names) changed.add(name);
    if (changed.size >= count) resolve(acknowledged);
  });
  const late = () => reject(new Error(`${changed.size} of ${count} endpoint assignments changed`));
  using _timer = systemClock.timer(late, 60_000);
  return await promise;
}
