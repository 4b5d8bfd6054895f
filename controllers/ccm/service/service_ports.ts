/**
 * The ports of a tenant's Service as the hub wants them. Pure.
 *
 * @module
 */
import type { Service, ServicePort } from "../../../apis/core/v1.ts";
import type { EndpointPort, LoadBalancerPort } from "../../../apis/kubelb/v1alpha1/mod.ts";

/** Why a port is left out. */
export interface SkippedPort {
  readonly reason: "ProtocolNotSupported" | "NodePortsDisabled";
  readonly message: string;
}

/** Front ports, the endpoint ports behind them (same order, same names), and what was left out. */
export interface ServicePorts {
  readonly ports: readonly LoadBalancerPort[];
  readonly endpointPorts: readonly EndpointPort[];
  readonly skipped: readonly SkippedPort[];
  /** Ports whose node port the API server has not allocated yet. */
  readonly waiting: readonly string[];
}

/** Where traffic goes: to the node ports, or to the Service's own ports behind its own address. */
export type PortTarget = "nodePort" | "servicePort";

/** Maps every port of `service`; names as upstream's CCM makes them, so that nothing is renamed. */
export function servicePorts(service: Service, target: PortTarget): ServicePorts {
  const ports: LoadBalancerPort[] = [];
  const endpointPorts: EndpointPort[] = [];
  const skipped: SkippedPort[] = [];
  const waiting: string[] = [];
  for (const port of service.spec.ports ?? []) {
    const protocol = port.protocol ?? "TCP";
    const name = portName(port);
    if (protocol !== "TCP" && protocol !== "UDP") {
      skipped.push({
        reason: "ProtocolNotSupported",
        message:
          `port ${port.port} (${name}): protocol ${protocol} is not supported, only TCP and UDP`,
      });
      continue;
    }
    const endpointPort = target === "nodePort" ? port.nodePort : port.port;
    if (!endpointPort) {
      if (service.spec.allocateLoadBalancerNodePorts === false) skipped.push(withoutNodePort(port));
      else waiting.push(name);
      continue;
    }
    ports.push({ name, port: port.port, protocol });
    endpointPorts.push({ name, port: endpointPort, protocol });
  }
  return { ports, endpointPorts, skipped, waiting };
}

/** `lower(name)`, or `<port>-<protocol>` for the one port that may have no name. */
function portName(port: ServicePort): string {
  return port.name?.toLowerCase() || `${port.port}-${(port.protocol ?? "TCP").toLowerCase()}`;
}

function withoutNodePort(port: ServicePort): SkippedPort {
  return {
    reason: "NodePortsDisabled",
    message: `port ${port.port} (${portName(port)}) has no node port and ` +
      `spec.allocateLoadBalancerNodePorts is false: KubeLB reaches Services through node ports; ` +
      `set it to true, or set the node port yourself`,
  };
}
