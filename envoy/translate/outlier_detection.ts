/**
 * Passive health checks: what connections that fail tell about an endpoint.
 *
 * @module
 */
import type { envoy } from "../proto/mod.ts";
import { duration } from "./wire.ts";

/**
 * Ejects endpoints that cannot be connected to, between two active checks.
 *
 * Only failures of the connection itself count: what a connection carries is the user's business.
 * Ejection is short, and an active check that succeeds ends it at once, because a refused connection
 * may as well mean that the pods behind a node were being replaced. One endpoint always stays:
 * 99 percent can never be all of up to a hundred.
 */
export function outlierDetection(): envoy.config.cluster.v3.IOutlierDetection {
  return {
    splitExternalLocalOriginErrors: true,
    consecutiveLocalOriginFailure: { value: 2 },
    enforcingConsecutiveLocalOriginFailure: { value: 100 },
    enforcingLocalOriginSuccessRate: { value: 0 },
    enforcingConsecutive_5xx: { value: 0 },
    enforcingConsecutiveGatewayFailure: { value: 0 },
    enforcingSuccessRate: { value: 0 },
    interval: duration(1),
    baseEjectionTime: duration(5),
    maxEjectionTime: duration(60),
    maxEjectionPercent: { value: 99 },
    alwaysEjectOneHost: { value: false },
    successfulActiveHealthCheckUnejectHost: { value: true },
  };
}
