/**
 * How the pods of a tenant's Envoys are to be: the Config of the hub with the Tenant's own settings
 * over it.
 *
 * @module
 */
import { parseDuration } from "../../../apis/kubelb/duration.ts";
import type { ConfigSpec, TenantSpec } from "../../../apis/kubelb/v1alpha1/mod.ts";
import type { FleetSettings } from "../../../fleet/kubernetes/fleet_settings.ts";

/** Defaults of upstream; the schema has them too, but only for what is beside a field that is set. */
const defaults = { replicas: 3, drainTimeout: "60s", graceSeconds: 300 };

/**
 * A container may open half a million files where nobody has set more (systemd's hard limit, which
 * Envoy takes). A connection takes two; the rest is for listeners and clients of UDP, for want of
 * which Envoy ends.
 */
const manyConnections = 200_000;

/** Combines the two. A hub without a `Config` object has an empty one. */
export function fleetSettings(config: ConfigSpec, tenant: TenantSpec): FleetSettings {
  const { envoyProxy: common = {} } = config;
  const { envoyProxy: own = {} } = tenant;
  const { nodeSelector, tolerations, affinity, gracefulShutdown, overloadManager } = common;
  const resources = own.resources ?? common.resources;
  const drainSeconds = drainOf(gracefulShutdown);
  const grace = gracefulShutdown?.terminationGracePeriodSeconds ?? defaults.graceSeconds;
  const limits = overloadManager?.enabled ? overloadManager : {};
  return {
    replicas: own.replicas ?? common.replicas ?? defaults.replicas,
    spread: common.singlePodPerNode ?? false,
    drainSeconds,
    // Envoy needs a moment of its own after it.
    graceSeconds: Math.max(grace, drainSeconds + 10),
    maxConnections: limits.maxActiveDownstreamConnections || manyConnections,
    ...(limits.maxHeapSizeBytes && { maxHeapBytes: limits.maxHeapSizeBytes }),
    ...(resources && { resources }),
    ...(nodeSelector && { nodeSelector }),
    ...(tolerations && { tolerations }),
    ...(affinity && { affinity }),
  };
}

function drainOf(shutdown: NonNullable<ConfigSpec["envoyProxy"]>["gracefulShutdown"]): number {
  if (shutdown?.disabled) return 0;
  const milliseconds = parseDuration(shutdown?.drainTimeout ?? defaults.drainTimeout) ??
    parseDuration(defaults.drainTimeout)!;
  return Math.max(0, Math.ceil(milliseconds / 1000));
}
