/**
 * What the manager keeps of xDS connections that have ended.
 *
 * @module
 */
import { connect } from "../l4/endpoint_change.ts";
import type { Row } from "../l4/row.ts";
import type { World } from "../l4/world.ts";
import { residentMegabytes } from "../measure/process_usage.ts";

/** Connections among which the least memory is looked for: several collections fall among them. */
const window = 200;

/** Connections from the begin of the first window to that of the last. */
const measured = 400;

/**
 * Connects as one more Envoy of the fleet, takes everything and leaves, again and again. What V8 has
 * not collected yet is many times what is kept: only the least memory of many moments tells.
 *
 * @param count load balancers of the tenant.
 */
export async function measureEndedConnections(
  world: World,
  tenant: string,
  count: number,
): Promise<Row> {
  const samples: number[] = [];
  while (samples.length < measured + window) {
    using _client = await connect(world, tenant, count);
    samples.push(await residentMegabytes(world.managerPid));
  }
  const before = Math.min(...samples.slice(0, window));
  const after = Math.min(...samples.slice(measured));
  const kilobytes = (after - before) / measured * 1000;
  return {
    figure: `xDS connection that took ${count.toLocaleString("en")} and ended: memory kept`,
    upstream: "–",
    aim: "≤ 32 kB",
    ours: `${kilobytes.toFixed(0)} kB (least manager RSS ${before.toFixed(0)} → ` +
      `${after.toFixed(0)} MB with ${measured} of them)`,
  };
}
