/**
 * Where Envoy listens for a front port (design §2.3).
 *
 * @module
 */
import type { Service } from "../../../apis/core/v1.ts";
import type { Binding } from "../../../envoy/translate/binding.ts";
import type { FrontPort } from "../loadbalancer/front_ports.ts";
import { portKey, type RuntimeKind } from "../loadbalancer/hub_service.ts";

/** Addresses with a port that Envoy listens on for a hub Service, on a host. */
export function listenersOf(hubService: Service | undefined): number {
  const addresses = hubService?.status?.loadBalancer?.ingress?.length ?? 0;
  return addresses * (hubService?.spec.ports?.length ?? 0);
}

/**
 * On a host Envoy binds the assigned addresses on the Service's own port; in a pod it binds the
 * allocated port, which the Service maps to.
 *
 * @returns undefined while there is nothing to bind: no such port in the Service, or no address yet.
 */
export function bindingOf(
  hubService: Service,
  port: FrontPort,
  runtime: RuntimeKind,
): Binding | undefined {
  const servicePort = hubService.spec.ports?.find((other) => portKey(other) === portKey(port));
  if (servicePort === undefined) return undefined;
  if (runtime === "kubernetes") {
    const { targetPort } = servicePort;
    if (typeof targetPort !== "number") return undefined;
    // Dual-stack sockets take IPv4 clients too.
    return { addresses: ["::"], port: targetPort, freebind: false };
  }
  const addresses = (hubService.status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => ip || []);
  return addresses.length === 0 ? undefined : { addresses, port: port.port, freebind: true };
}
