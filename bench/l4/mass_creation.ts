/**
 * A thousand load balancers of one tenant at once, and what another tenant notices of it.
 *
 * @module
 */
import { eventually } from "../../tools/process/eventually.ts";
import { percentile } from "../measure/percentile.ts";
import { measureBareWrites } from "./bare_writes.ts";
import { formatMilliseconds, type Row } from "./row.ts";
import type { LoadBalancer } from "../../apis/kubelb/v1alpha1/mod.ts";
import { addressOf, type World } from "./world.ts";

/** Creates `count` load balancers that refer to the tenant's nodes; three rows of the table. */
export async function measureMassCreation(
  world: World,
  tenant: string,
  other: string,
  count: number,
): Promise<Row[]> {
  const names = Array.from({ length: count }, (_, index) => `mass-${index}`);
  const reference = { addressesReference: { name: "default" } };
  const start = performance.now();
  const storm = new AbortController();
  const bystander = createOneByOne(world, other, storm.signal);
  await world.createMany(tenant, names, reference);
  const created = performance.now() - start;
  const all = await world.allAddressed(tenant, count, 600_000);
  const addressed = performance.now() - start;
  await allListening(all);
  const listening = performance.now() - start;
  storm.abort();
  const waits = await bystander;
  const bare = await measureBareWrites(count);
  return [
    {
      figure: `${count.toLocaleString("en")} load balancers created at once → all ready`,
      upstream: "541 s",
      aim: "≤ 6 s",
      ours: `status ${formatMilliseconds(addressed)}, Envoy ${formatMilliseconds(listening)} ` +
        `(created in ${formatMilliseconds(created)})`,
    },
    {
      figure: "… the same writes by a bare loop, nobody watching: the API server's share",
      upstream: "–",
      aim: "–",
      ours: `${formatMilliseconds(bare)}, ours is ${(listening / bare).toFixed(2)} × that`,
    },
    {
      figure: "another tenant's load balancer meanwhile → ready",
      upstream: "486 s",
      aim: "p99 ≤ 250 ms",
      ours: `p50 ${formatMilliseconds(percentile(waits, 0.5))}, ` +
        `p99 ${formatMilliseconds(percentile(waits, 0.99))} (${waits.length} of them)`,
    },
  ];
}

/** Creates load balancers until told to stop; returns how long each waited for its address. */
async function createOneByOne(
  world: World,
  tenant: string,
  stop: AbortSignal,
): Promise<readonly number[]> {
  const waits: number[] = [];
  for (let number = 0; !stop.aborted; number++) {
    const name = `other-${number}`;
    await world.createLoadBalancer(tenant, name);
    const start = performance.now();
    await world.loadBalancers.until(`tenant-${tenant}/${name}`, addressOf, 600_000);
    waits.push(performance.now() - start);
  }
  return waits;
}

/** Waits until Envoy accepts connections at every address. */
async function allListening(all: readonly LoadBalancer[]): Promise<void> {
  for (const item of all) {
    const hostname = addressOf(item)!;
    await eventually(async () => {
      (await Deno.connect({ hostname, port: 8080 })).close();
      return true;
    }, { deadline: 60_000, describe: `a listener at ${hostname}`, interval: 10 });
  }
}
