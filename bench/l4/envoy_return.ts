/**
 * Envoy is killed and comes back.
 *
 * @module
 */
import { delay, systemClock } from "../../base/clock.ts";
import { stableAfter } from "../../fleet/host/lifecycle.ts";
import { askHttp } from "../../tools/backends/http_backend.ts";
import { envoysOf } from "../../tools/installation/envoy_processes.ts";
import { eventually } from "../../tools/process/eventually.ts";
import { percentile } from "../measure/percentile.ts";
import { formatMilliseconds, type Row } from "./row.ts";
import { addressOf, type World } from "./world.ts";

const rounds = 3;

/** The front port of every load balancer of a bench. */
const port = 8080;

/**
 * Kill -9, until a load balancer answers new connections again.
 *
 * @param others what else the fleet has, in the words of the table.
 */
export async function measureEnvoyReturn(
  world: World,
  tenant: string,
  name: string,
  others: string,
): Promise<Row> {
  const asked = world.loadBalancers.cache.get(`tenant-${tenant}/${name}`);
  const address = asked && addressOf(asked);
  if (address === undefined) throw new Error(`${name} of ${tenant} has no address`);
  const answers = (deadline: number) =>
    eventually(() => askHttp(address, port), { deadline, interval: 10 });
  await answers(60_000);
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const pid = await envoyOf(world, tenant);
    const start = performance.now();
    Deno.kill(pid, "SIGKILL");
    await answers(60_000);
    times.push(performance.now() - start);
    // One that is killed sooner is started again with a growing pause.
    await delay(systemClock, stableAfter);
  }
  return {
    figure: `Envoy killed → new connections, ${others}`,
    upstream: "–",
    aim: "≤ 1 s",
    ours: `p50 ${formatMilliseconds(percentile(times, 0.5))}, ` +
      `worst ${formatMilliseconds(Math.max(...times))}`,
  };
}

async function envoyOf({ hub }: World, tenant: string): Promise<number> {
  const [pid, ...more] = await envoysOf(`${hub.manager.folder}/state/fleets/tenant-${tenant}`);
  if (pid === undefined || more.length > 0) throw new Error(`not exactly one Envoy of ${tenant}`);
  return pid;
}
