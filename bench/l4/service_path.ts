/**
 * The whole path: a Service in the tenant cluster, until it has an address and until it answers.
 *
 * @module
 */
import type { Service } from "../../apis/core/v1.ts";
import { delay, systemClock } from "../../base/clock.ts";
import { TcpBackend } from "../../tools/backends/tcp_backend.ts";
import { ask } from "../../tools/demo/answers.ts";
import type { Hub } from "../../tools/installation/hub.ts";
import type { TenantCluster } from "../../tools/installation/tenant_cluster.ts";
import { eventually } from "../../tools/process/eventually.ts";
import { readApiWrites, totalWrites, writesBetween } from "../measure/api_writes.ts";
import type { Watched } from "../measure/watched.ts";
import { percentile } from "../measure/percentile.ts";
import { formatMilliseconds, type Row } from "./row.ts";

/** A tenant with one node at a loopback address. */
export interface ServicePath {
  readonly hub: Hub;
  readonly tenant: TenantCluster;
  /** The tenant's Services, by the bench's own watch. */
  readonly services: Watched<Service>;
  readonly nodeAddress: string;
}

/** Creates Services one after another, each after the one before has settled. */
export async function measureServicePath(path: ServicePath, samples: number): Promise<Row[]> {
  const addressed: number[] = [];
  const answered: number[] = [];
  const writes = await countWrites(path, async () => {
    for (let index = 0; index < samples; index++) {
      const times = await createOne(path, `service-${index}`);
      addressed.push(times.addressed);
      answered.push(times.answered);
    }
  });
  // The bench itself wrote one Service each time.
  const perLoadBalancer = (writes.total - samples) / samples;
  const p = (samples: number[]) =>
    `p50 ${formatMilliseconds(percentile(samples, 0.5))}, ` +
    `p95 ${formatMilliseconds(percentile(samples, 0.95))}`;
  return [
    {
      figure: "Service created in the tenant, idle → address in its status",
      upstream: "p50 40 ms, p95 44 ms",
      aim: "p50 ≤ 40 ms",
      ours: p(addressed),
    },
    {
      figure: "… → first answered request through Envoy",
      upstream: "–",
      aim: "≤ 100 ms",
      ours: p(answered),
    },
    {
      figure: "API writes per load balancer, both sides",
      upstream: "9.5",
      aim: "≤ 6",
      ours: `${perLoadBalancer.toFixed(2)} (${writes.detail})`,
    },
  ];
}

/** Counts what is written while nothing happens. */
export async function measureIdleWrites(path: ServicePath, seconds: number): Promise<Row> {
  const writes = await countWrites(path, () => delay(systemClock, seconds * 1000));
  return {
    figure: `API writes in ${seconds} idle seconds, besides leases`,
    upstream: "–",
    aim: "0",
    ours: `${writes.total} ${writes.detail}`.trim(),
  };
}

interface Writes {
  readonly total: number;
  readonly detail: string;
}

/** Writes to both API servers, without those of the load balancer implementation. */
async function countWrites(path: ServicePath, action: () => Promise<void>): Promise<Writes> {
  const read = async () => ({
    hub: await readApiWrites(path.hub.plane.admin),
    tenant: await readApiWrites(path.tenant.plane.admin),
  });
  const before = await read();
  await action();
  // Writes that follow the last visible effect belong to it.
  await delay(systemClock, 1000);
  const after = await read();
  const hub = writesBetween(before.hub, after.hub);
  const tenant = writesBetween(before.tenant, after.tenant);
  const detail = [...hub].map(([what, count]) => `hub ${what} ${count}`)
    .concat([...tenant].map(([what, count]) => `tenant ${what} ${count}`));
  return {
    total: totalWrites(hub, ["services/status", ...clusterNoise]) +
      totalWrites(tenant, clusterNoise),
    detail: detail.join(", "),
  };
}

/** Written by Kubernetes itself for every Service that has a selector, and for itself. */
const clusterNoise = ["endpoints", "endpointslices", "ipaddresses", "serviceaccounts/token"];

/** Milliseconds from the answer to the creation. */
async function createOne(
  { tenant, services, nodeAddress }: ServicePath,
  name: string,
): Promise<{ addressed: number; answered: number }> {
  const service = await tenant.createService(name, [{ protocol: "TCP", port: 8080 }]);
  const start = performance.now();
  const port = service.spec.ports[0]!.nodePort!;
  await using _backend = new TcpBackend({ identity: name, address: nodeAddress, port });
  const address = await services.until(
    `default/${name}`,
    ({ status }) => status?.loadBalancer?.ingress?.[0]?.ip,
    30_000,
  );
  const addressed = performance.now() - start;
  const answers = async () => await ask("TCP", address, 8080) === name;
  await eventually(answers, { interval: 5, describe: `an answer of ${name}` });
  const answered = performance.now() - start;
  await delay(systemClock, 200);
  return { addressed, answered };
}
