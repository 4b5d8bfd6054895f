/**
 * The gRPC methods that are served, whatever transport serves them.
 *
 * @module
 */
import { typeUrls } from "../proto/mod.ts";
import type { Variant } from "./protocol.ts";

/** One bidirectional streaming method. */
export interface DiscoveryMethod {
  /** As in the HTTP/2 `:path`. */
  readonly path: string;
  readonly variant: Variant;
  /** Absent on the aggregated streams. */
  readonly typeUrl?: string;
}

/**
 * The aggregated streams, and a stream per type in both variants: Envoys started by an upstream
 * KubeLB manager use the latter.
 */
export const discoveryMethods: readonly DiscoveryMethod[] = [
  ...methods("discovery.v3.AggregatedDiscoveryService", "AggregatedResources"),
  ...methods("cluster.v3.ClusterDiscoveryService", "Clusters", typeUrls.cluster),
  ...methods("endpoint.v3.EndpointDiscoveryService", "Endpoints", typeUrls.endpoint),
  ...methods("listener.v3.ListenerDiscoveryService", "Listeners", typeUrls.listener),
  ...methods("route.v3.RouteDiscoveryService", "Routes", typeUrls.route),
  ...methods("secret.v3.SecretDiscoveryService", "Secrets", typeUrls.secret),
];

function methods(service: string, noun: string, typeUrl?: string): DiscoveryMethod[] {
  const only = typeUrl === undefined ? {} : { typeUrl };
  return [
    { path: `/envoy.service.${service}/Stream${noun}`, variant: "sotw", ...only },
    { path: `/envoy.service.${service}/Delta${noun}`, variant: "delta", ...only },
  ];
}
