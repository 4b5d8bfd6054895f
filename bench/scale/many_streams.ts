/**
 * Hundreds of Envoys on one manager, and half of them reconnecting at once.
 *
 * @module
 */
import { delay, systemClock } from "../../base/clock.ts";
import { typeUrls } from "../../envoy/proto/mod.ts";
import { eventually } from "../../tools/process/eventually.ts";
import { connect, setNodes } from "../l4/endpoint_change.ts";
import { formatMilliseconds, type Row } from "../l4/row.ts";
import type { World } from "../l4/world.ts";
import { percentile } from "../measure/percentile.ts";
import { cpuMilliseconds, residentMegabytes } from "../measure/process_usage.ts";
import type { DeltaClient } from "../xds/delta_client.ts";

/** How many, and what they are given. */
export interface Crowd {
  readonly tenants: readonly string[];
  readonly streams: number;
  /** Load balancers of each tenant; all refer to its nodes. */
  readonly loadBalancers: number;
}

/** Milliseconds; by then V8 has given back what the crowd's arrival left behind. */
const settled = 10_000;

const rounds = 3;

/** Two rows of the table. */
export async function measureManyStreams(
  world: World,
  crowd: Crowd,
  report: (line: string) => void,
): Promise<Row[]> {
  const { tenants, loadBalancers, streams } = crowd;
  for (const tenant of tenants) await populate(world, tenant, loadBalancers);
  const without = await residentMegabytes(world.managerPid);
  using clients = await connectAll(world, crowd);
  report(`${streams} streams connected`);
  await delay(systemClock, settled);
  const resident = await residentMegabytes(world.managerPid);
  const times: number[] = [];
  const before = await cpuTimes(world);
  for (let round = 0; round < rounds; round++) {
    times.push(await reconnectHalf(world, crowd, clients, 10 + round));
    report(`half of them reconnected: ${formatMilliseconds(times.at(-1)!)}`);
  }
  const after = await cpuTimes(world);
  const used = (who: "manager" | "client") =>
    formatMilliseconds((after[who] - before[who]) / rounds);
  const again = await residentMegabytes(world.managerPid);
  const total = (tenants.length * loadBalancers).toLocaleString("en");
  return [
    {
      figure: `${streams} streams of ${tenants.length} tenants with ${total}: manager RSS`,
      upstream: "–",
      aim: "≤ 300 MB",
      ours: `${resident.toFixed(0)} MB (${without.toFixed(0)} before them, ` +
        `${again.toFixed(0)} after ${rounds} × half of them reconnecting)`,
    },
    {
      figure: "half of them away while all endpoints change → all have all of it",
      upstream: "–",
      aim: "< 10 s",
      ours: `p50 ${formatMilliseconds(percentile(times, 0.5))}, ` +
        `worst ${formatMilliseconds(Math.max(...times))} (CPU of each: ` +
        `manager ${used("manager")}, the clients ${used("client")})`,
    },
  ];
}

/** On a busy machine these say more than the time does. */
async function cpuTimes({ managerPid }: World): Promise<{ manager: number; client: number }> {
  return { manager: await cpuMilliseconds(managerPid), client: await cpuMilliseconds(Deno.pid) };
}

async function populate(world: World, tenant: string, count: number): Promise<void> {
  await world.hub.registerTenant(tenant);
  await setNodes(world, tenant, [1]);
  const names = Array.from({ length: count }, (_, index) => `${tenant}-${index}`);
  await world.createMany(tenant, names, { addressesReference: { name: "default" } });
  await world.allAddressed(tenant, count, 600_000);
}

/** One Envoy of a tenant. */
interface Member {
  readonly tenant: string;
  client: DeltaClient;
}

interface Members extends Disposable {
  readonly list: readonly Member[];
}

/** The tenants' Envoys, each complete before the next comes. */
async function connectAll(
  world: World,
  { tenants, streams, loadBalancers }: Crowd,
): Promise<Members> {
  const list: Member[] = [];
  for (let index = 0; index < streams; index++) {
    const tenant = tenants[index % tenants.length]!;
    list.push({ tenant, client: await connect(world, tenant, loadBalancers) });
  }
  return {
    list,
    [Symbol.dispose]() {
      for (const { client } of list) client[Symbol.dispose]();
    },
  };
}

/**
 * Every second Envoy goes, all endpoints of every tenant change, and those that went come back with
 * what they had. Milliseconds from their return until all, old and new, have got the changes.
 */
async function reconnectHalf(
  world: World,
  { tenants }: Crowd,
  { list }: Members,
  host: number,
): Promise<number> {
  const before = versionsByTenant(list);
  const away = list.filter((_, index) => index % 2 === 1);
  for (const { client } of away) client[Symbol.dispose]();
  for (const tenant of tenants) await setNodes(world, tenant, [host]);
  const start = performance.now();
  for (const member of away) {
    member.client = await world.connectEnvoy(member.tenant, member.client);
  }
  await allHaveChanged(list, before);
  return performance.now() - start;
}

/** Versions of endpoint assignments by name. */
type Versions = ReadonlyMap<string, string>;

function versionsByTenant(list: readonly Member[]): ReadonlyMap<string, Versions> {
  return new Map(list.map(({ tenant, client }) => {
    const names = client.names(typeUrls.endpoint);
    return [tenant, new Map(names.map((name) => [name, client.version(typeUrls.endpoint, name)!]))];
  }));
}

/** Waits until no client has any of the endpoint assignments that its tenant had before. */
async function allHaveChanged(
  list: readonly Member[],
  before: ReadonlyMap<string, Versions>,
): Promise<void> {
  let waiting = list;
  await eventually(() => {
    waiting = waiting.filter(({ tenant, client }) => {
      if (client.error) throw client.error;
      return before.get(tenant)!.entries().some(([name, version]) =>
        client.version(typeUrls.endpoint, name) === version
      );
    });
    return waiting.length === 0;
  }, { deadline: 120_000, interval: 10, describe: "all endpoints of all streams" });
}
