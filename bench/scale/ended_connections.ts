/**
 * What the manager keeps of xDS connections that have ended.
 *
 * @module
 */
import { delay, systemClock } from "../../base/clock.ts";
import { connect } from "../l4/endpoint_change.ts";
import type { Row } from "../l4/row.ts";
import type { World } from "../l4/world.ts";
import { residentMegabytes } from "../measure/process_usage.ts";

/** Connections before the first look: a heap that has not seen any yet grows for other reasons. */
const warmUp = 200;

const measured = 400;

/** Milliseconds; by then V8 has given back what the visits left behind. */
const settled = 10_000;

/**
 * Connects as one more Envoy of the fleet, takes everything and leaves, again and again.
 *
 * @param count load balancers of the tenant.
 */
export async function measureEndedConnections(
  world: World,
  tenant: string,
  count: number,
): Promise<Row> {
  await visit(world, tenant, count, warmUp);
  const before = await residentMegabytes(world.managerPid);
  await visit(world, tenant, count, measured);
  const after = await residentMegabytes(world.managerPid);
  const kilobytes = (after - before) / measured * 1000;
  return {
    figure: `xDS connection that took ${count.toLocaleString("en")} and ended: memory kept`,
    upstream: "–",
    aim: "≤ 32 kB",
    ours: `${kilobytes.toFixed(0)} kB (manager RSS ${before.toFixed(0)} → ${after.toFixed(0)} MB ` +
      `with ${measured} of them)`,
  };
}

async function visit(world: World, tenant: string, count: number, times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    using _client = await connect(world, tenant, count);
  }
  await delay(systemClock, settled);
}
