/**
 * What is translated: one front port of one load balancer.
 *
 * @module
 */
import type { Binding } from "./binding.ts";
import type { HealthCheck } from "./health_check.ts";

/** Where connections or datagrams are sent on to. */
export interface L4Endpoint {
  /** An IP address. Host names are resolved before translation. */
  readonly address: string;
  readonly port: number;
  /** The host name that `address` was resolved from, for people who read the configuration. */
  readonly hostname?: string;
}

/** One front port of one load balancer. */
export interface L4Service {
  /**
   * `<namespace>/<name>/<PROTOCOL>/<front port>`: the name of listener, cluster and statistics. It
   * must outlive every change of the rest.
   */
  readonly name: string;
  readonly protocol: "TCP" | "UDP";
  readonly binding: Binding;
  /** May be empty: then connections are closed and datagrams dropped. */
  readonly endpoints: readonly L4Endpoint[];
  /** Send all traffic of a client address to one endpoint. */
  readonly persistence?: "SourceIP";
  /**
   * CIDRs, already validated, from which clients are served; everyone else is refused. Absent:
   * everyone is served. Empty: nobody is.
   */
  readonly sourceRanges?: readonly string[];
  /** Absent: endpoints are taken to be healthy. A `tcp` check of a UDP port is not made. */
  readonly healthCheck?: HealthCheck;
  /**
   * Seconds without a datagram either way after which a client of UDP is forgotten. Absent: a
   * minute, which is Envoy's default.
   */
  readonly idleTimeout?: number;
  /** Clients of UDP at once; the datagrams of others are dropped. Absent: no practical limit. */
  readonly maxClients?: number;
  /** Tell endpoints the client's address by a PROXY protocol header. TCP only. */
  readonly proxyProtocol?: "v2";
  /** File for one JSON line per connection or UDP session; see docs/access-log.md. */
  readonly accessLogPath?: string;
}

/**
 * The name under which Envoy counts. Dots separate the parts of a statistic, so that one inside a
 * name would cut it in two.
 */
export function statName(service: Pick<L4Service, "name">): string {
  return service.name.replaceAll(".", "_");
}
