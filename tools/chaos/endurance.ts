/**
 * What a phase without kills shows of the manager's memory, while Envoys come and go on its xDS
 * server.
 *
 * @module
 */
import { delay, systemClock } from "../../base/clock.ts";
import { residentMegabytes } from "../../bench/measure/process_usage.ts";
import { DeltaClient } from "../../bench/xds/delta_client.ts";
import { typeUrls } from "../../envoy/proto/mod.ts";
import { envoyCredentials } from "../installation/envoy_identity.ts";
import type { Hub } from "../installation/hub.ts";
import { eventually } from "../process/eventually.ts";
import type { ResidentSample } from "./resident_memory.ts";

/** Milliseconds between two samples. */
const sampleInterval = 1_000;

/** Milliseconds between the ends of two connections. */
const visitInterval = 500;

/** The value of a metric without labels in the text of `/metrics`. */
export function metricValue(text: string, name: string): number {
  const match = new RegExp(`^${name} (\\S+)$`, "m").exec(text);
  if (match === null) throw new Error(`there is no metric ${name}`);
  return Number(match[1]);
}

/** Samples until the signal. The manager must not be restarted meanwhile. */
export async function sampleManager(hub: Hub, signal: AbortSignal): Promise<ResidentSample[]> {
  const samples: ResidentSample[] = [];
  while (!signal.aborted) {
    samples.push({
      at: systemClock.monotonic(),
      megabytes: await residentMegabytes(hub.manager.process.pid),
      closedConnections: metricValue(
        await hub.manager.metrics(),
        "kubelb_envoy_control_plane_closed_connections_total",
      ),
    });
    await delay(systemClock, sampleInterval, signal).catch(() => {});
  }
  return samples;
}

/** Connects as one more Envoy of the fleet, takes everything and leaves, until the signal. */
export async function visit(hub: Hub, fleet: string, signal: AbortSignal): Promise<void> {
  const credentials = await envoyCredentials(hub.plane.admin, fleet);
  while (!signal.aborted) {
    using client = new DeltaClient(hub.xdsAddress, fleet, credentials);
    await eventually(() => client.count(typeUrls.listener) > 0, {
      describe: "the listeners of one more Envoy",
      deadline: 30_000,
      interval: 20,
    });
    await delay(systemClock, visitInterval, signal).catch(() => {});
  }
}
