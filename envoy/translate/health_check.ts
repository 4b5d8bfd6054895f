/**
 * Active health checks: what is asked, and how Envoy is told.
 *
 * @module
 */
import { envoy } from "../proto/mod.ts";
import { duration, textStruct } from "./wire.ts";

/** How often and how patiently. */
export interface HealthCheckPace {
  /** Seconds between two checks of an endpoint. */
  readonly intervalSeconds: number;
  /** Seconds after which a check without an answer has failed. */
  readonly timeoutSeconds: number;
  /** Failures in a row after which an endpoint gets no new connections. */
  readonly unhealthyThreshold: number;
  /** Successes in a row after which it gets them again. */
  readonly healthyThreshold: number;
}

/**
 * What is asked: `tcp` connects to the endpoint's own port. `http` asks for `path` on another port
 * of the same node, which is how `externalTrafficPolicy: Local` tells which nodes have pods
 * (`healthCheckNodePort`, `/healthz`), for UDP too.
 */
export type HealthCheck =
  & ({ readonly kind: "tcp" } | {
    readonly kind: "http";
    readonly port: number;
    readonly path: string;
  })
  & HealthCheckPace;

/**
 * The pace without any wish of the user. Upstream's is the same but for the timeout, 5 s there: a
 * new cluster takes traffic only after one check of each endpoint has ended, so a node that
 * swallows packets would keep a new load balancer closed that long. 2 s leave room for one lost SYN.
 */
export const defaultHealthCheckPace: HealthCheckPace = {
  intervalSeconds: 5,
  timeoutSeconds: 2,
  unhealthyThreshold: 3,
  healthyThreshold: 2,
};

/** Metadata by which a cluster finds the transport socket of its health checks. */
export const healthCheckSocketMatch = textStruct({ purpose: "health-check" });

/** The message for the cluster; the port of an `http` check goes with each endpoint. */
export function healthCheckMessage(check: HealthCheck): envoy.config.core.v3.IHealthCheck {
  const interval = duration(check.intervalSeconds);
  return {
    interval,
    // Otherwise an endpoint without traffic is checked once a minute.
    noTrafficInterval: interval,
    // Thousands of checks started by one configuration must not fall into one moment for ever.
    intervalJitterPercent: 10,
    timeout: duration(check.timeoutSeconds),
    unhealthyThreshold: { value: check.unhealthyThreshold },
    healthyThreshold: { value: check.healthyThreshold },
    ...question(check),
  };
}

function question(check: HealthCheck): envoy.config.core.v3.IHealthCheck {
  if (check.kind === "tcp") return { tcpHealthCheck: {} };
  return {
    httpHealthCheck: {
      // The default, the cluster's name, is no valid host name: kube-proxy would answer 400.
      host: "kubelb",
      path: check.path,
      codecClientType: envoy.type.v3.CodecClientType.HTTP1,
    },
    // A connection kept to every node of every load balancer would be more than there are files to
    // open; those that are made anew are bounded by the checks a second.
    reuseConnection: { value: false },
    // The asked port speaks plain HTTP even where the data port expects a PROXY header.
    transportSocketMatchCriteria: healthCheckSocketMatch,
  };
}
