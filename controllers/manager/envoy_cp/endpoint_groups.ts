/**
 * From the endpoint groups of a LoadBalancer to the endpoints of each front port: references
 * followed, host names resolved, every address guarded.
 *
 * @module
 */
import type {
  Addresses,
  EndpointAddress,
  EndpointPort,
  LoadBalancer,
  LoadBalancerEndpoints,
} from "../../../apis/kubelb/v1alpha1/mod.ts";
import type { L4Endpoint } from "../../../envoy/translate/l4_service.ts";
import type { EndpointGuard } from "../endpoint_guard/endpoint_guard.ts";
import type { FrontPort } from "../loadbalancer/front_ports.ts";

/** Where endpoints come from besides the LoadBalancer itself. */
export interface EndpointSources {
  /** The Addresses object of that name in the LoadBalancer's namespace. */
  readonly addresses: (name: string) => Addresses | undefined;
  readonly guard: EndpointGuard;
  /** What a host name resolves to; undefined while there has been no answer at all. */
  readonly resolve: (hostname: string) => readonly string[] | undefined;
}

/** What is not as it should be with the endpoints. */
export interface EndpointFindings {
  /** Names of Addresses objects that do not exist. */
  readonly missing: Set<string>;
  /** Address → why it is refused. */
  readonly forbidden: Map<string, string>;
  /** Host names without an answer. */
  readonly unresolved: Set<string>;
  /** Ports that lead nowhere, as sentences. */
  readonly unusablePorts: Set<string>;
}

/** Endpoints by front port, in the order of the front ports, and what was found on the way. */
export interface EndpointsByPort {
  readonly endpoints: readonly (readonly L4Endpoint[])[];
  readonly findings: EndpointFindings;
}

/** Follows, resolves and guards. A group that cannot be used takes nothing from the others. */
export function endpointsByPort(
  loadBalancer: LoadBalancer,
  ports: readonly FrontPort[],
  sources: EndpointSources,
): EndpointsByPort {
  const findings: EndpointFindings = {
    missing: new Set(),
    forbidden: new Map(),
    unresolved: new Set(),
    unusablePorts: new Set(),
  };
  const collected = ports.map(() => new Map<string, L4Endpoint>());
  loadBalancer.spec.endpoints.forEach((group, index) => {
    const hosts = hostsOf(group, sources, findings);
    ports.forEach((port, at) => {
      for (const endpoint of endpointsOf(group, index, port, hosts, sources, findings)) {
        // Two groups may name the same node; an address counts once.
        collected[at]!.set(`${endpoint.address} ${endpoint.port}`, endpoint);
      }
    });
  });
  return { endpoints: collected.map((endpoints) => [...endpoints.values()]), findings };
}

/** The hosts of a group, each an address that may be used. */
interface Host {
  readonly address: string;
  readonly hostname?: string;
}

function hostsOf(
  group: LoadBalancerEndpoints,
  sources: EndpointSources,
  findings: EndpointFindings,
): Host[] {
  const reference = group.addressesReference?.name;
  if (!reference) return usableHosts(group.addresses ?? [], sources, findings);
  const addresses = sources.addresses(reference);
  if (addresses === undefined) findings.missing.add(reference);
  return usableHosts(addresses?.spec.addresses ?? [], sources, findings);
}

function usableHosts(
  addresses: readonly EndpointAddress[],
  sources: EndpointSources,
  findings: EndpointFindings,
): Host[] {
  return addresses.flatMap(({ ip, hostname }): Host[] => {
    if (ip) return allowed(ip, sources, findings) ? [{ address: ip }] : [];
    if (!hostname) return [];
    const answers = sources.resolve(hostname);
    if (answers === undefined) findings.unresolved.add(hostname);
    return (answers ?? [])
      .filter((address) => allowed(address, sources, findings))
      .map((address) => ({ address, hostname }));
  });
}

function allowed(address: string, sources: EndpointSources, findings: EndpointFindings): boolean {
  const refusal = sources.guard.refusal(address);
  if (refusal !== undefined) findings.forbidden.set(address, refusal);
  return refusal === undefined;
}

function endpointsOf(
  group: LoadBalancerEndpoints,
  groupIndex: number,
  port: FrontPort,
  hosts: readonly Host[],
  sources: EndpointSources,
  findings: EndpointFindings,
): L4Endpoint[] {
  const backend = pairedPort(group.ports ?? [], port);
  const field = `spec.endpoints[${groupIndex}].ports`;
  if (backend === undefined) {
    findings.unusablePorts.add(`${field} has none for ${port.protocol} ${port.port}`);
  } else if (!isPort(backend.port)) {
    // 0 is what a Service without node ports gives (allocateLoadBalancerNodePorts: false).
    findings.unusablePorts.add(
      `${field}: ${backend.port} for ${port.protocol} ${port.port} is no port (has the tenant's ` +
        `Service node ports?)`,
    );
  }
  const backendPort = backend !== undefined && isPort(backend.port) ? backend.port : undefined;
  const nodes = backendPort === undefined
    ? []
    : hosts.map((host) => ({ ...host, port: backendPort }));
  return [...nodes, ...podEndpoints(group, port, sources, findings)];
}

/** Endpoints with ports of their own, which `Addresses.spec.endpoints` lists in pod mode. */
function podEndpoints(
  group: LoadBalancerEndpoints,
  port: FrontPort,
  sources: EndpointSources,
  findings: EndpointFindings,
): L4Endpoint[] {
  const reference = group.addressesReference?.name;
  const pods = reference ? sources.addresses(reference)?.spec.endpoints ?? [] : [];
  return pods.filter((pod) => pod.ready !== false).flatMap((pod) => {
    const backend = pairedPort(pod.ports ?? [], port);
    if (backend === undefined || !isPort(backend.port)) return [];
    return pod.addresses
      .filter((address) => allowed(address, sources, findings))
      .map((address) => ({ address, port: backend.port }));
  });
}

/** By name where both sides have names that match, else by position, as upstream pairs them. */
function pairedPort(ports: readonly EndpointPort[], front: FrontPort): EndpointPort | undefined {
  const named = front.givenName === ""
    ? undefined
    : ports.find((port) => port.name === front.givenName);
  const candidate = named ?? ports[front.index];
  return candidate !== undefined && (candidate.protocol ?? "TCP") === front.protocol
    ? candidate
    : undefined;
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535;
}
