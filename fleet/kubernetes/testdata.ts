/**
 * What the unit tests of this folder have in common.
 *
 * @module
 */
import type { FleetSettings, PodOptions } from "./fleet_settings.ts";

/** Settings of an ordinary fleet. */
export const settings: FleetSettings = {
  replicas: 2,
  spread: false,
  drainSeconds: 60,
  graceSeconds: 300,
  maxConnections: 1_000,
};

/** Options of an ordinary manager. */
export const options: PodOptions = {
  image: "envoy:1",
  xdsServers: [{ host: "envoycp.kubelb.svc", port: 8001 }],
  concurrency: 2,
};
