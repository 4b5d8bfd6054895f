/**
 * The endpoints of a cluster, sent on their own (EDS).
 *
 * @module
 */
import type { envoy } from "../proto/mod.ts";
import { socketAddress } from "./binding.ts";
import type { L4Endpoint, L4Service } from "./l4_service.ts";

/** The endpoints in the order given, each once: Envoy counts a repeated one twice. */
export function endpoints(service: L4Service): envoy.config.endpoint.v3.IClusterLoadAssignment {
  const unique = new Map(service.endpoints.map((endpoint) => [key(endpoint), endpoint]));
  const lbEndpoints = [...unique.values()].map((endpoint) => lbEndpoint(endpoint, service));
  return {
    clusterName: service.name,
    endpoints: lbEndpoints.length === 0 ? [] : [{ lbEndpoints }],
  };
}

function key({ address, port }: L4Endpoint): string {
  return `${address} ${port}`;
}

function lbEndpoint(
  { address, port, hostname }: L4Endpoint,
  { healthCheck }: L4Service,
): envoy.config.endpoint.v3.ILbEndpoint {
  return {
    endpoint: {
      address: socketAddress(address, port),
      ...(hostname !== undefined && { hostname }),
      ...(healthCheck?.kind === "http" && { healthCheckConfig: { portValue: healthCheck.port } }),
    },
  };
}
