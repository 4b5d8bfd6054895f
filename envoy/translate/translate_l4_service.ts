/**
 * From a front port to its xDS resources.
 *
 * @module
 */
import { typeUrls } from "../proto/mod.ts";
import { cluster } from "./cluster.ts";
import { endpoints } from "./endpoints.ts";
import type { L4Service } from "./l4_service.ts";
import { tcpListener } from "./tcp_listener.ts";
import type { TranslatedResource } from "./translated_resource.ts";
import { udpListener } from "./udp_listener.ts";

/**
 * Cluster, endpoints and listener of a front port, all under the name of the service. The same
 * service always gives the same messages.
 *
 * @throws {Error} when the binding has no address or a source range is not a CIDR; both are to be
 * found and reported before.
 */
export function translateL4Service(service: L4Service): TranslatedResource[] {
  const { name } = service;
  const listener = service.protocol === "UDP" ? udpListener(service) : tcpListener(service);
  return [
    { typeUrl: typeUrls.cluster, name, message: cluster(service) },
    translateEndpoints(service),
    ...(listener === undefined ? [] : [{ typeUrl: typeUrls.listener, name, message: listener }]),
  ];
}

/** The part that changes most often; cluster and listener do not depend on the endpoints. */
export function translateEndpoints(service: L4Service): TranslatedResource {
  return { typeUrl: typeUrls.endpoint, name: service.name, message: endpoints(service) };
}
