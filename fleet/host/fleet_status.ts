/**
 * What a lifecycle means to others.
 *
 * @module
 */
import type { FleetState, FleetStatus } from "../runtime.ts";
import type { FleetRecord } from "./fleet_record.ts";
import type { Lifecycle } from "./lifecycle.ts";

const states: Record<Lifecycle["kind"], FleetState> = {
  stopped: "stopped",
  spawning: "starting",
  starting: "starting",
  running: "running",
  backoff: "backoff",
  failed: "failed",
  draining: "stopping",
  terminating: "stopping",
};

/** The status of a fleet of this host. */
export function fleetStatus(
  state: Lifecycle,
  record: FleetRecord | undefined,
  crashes: number,
): FleetStatus {
  return {
    state: states[state.kind],
    crashes,
    ...("message" in state && { message: state.message }),
    ...("pid" in state && { pid: state.pid }),
    ...(record && {
      statsAddress: `127.0.0.1:${record.statsPort}`,
      readyAddress: `127.0.0.1:${record.readyPort}`,
    }),
  };
}
