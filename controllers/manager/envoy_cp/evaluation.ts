/**
 * The decision about one LoadBalancer: what its fleet's Envoys should hold for it, and what its
 * conditions say about the endpoints. Pure: every replica comes to the same result.
 *
 * @module
 */
import type { Service } from "../../../apis/core/v1.ts";
import type { LoadBalancer } from "../../../apis/kubelb/v1alpha1/mod.ts";
import type { L4Endpoint, L4Service } from "../../../envoy/translate/l4_service.ts";
import { parseIp } from "../endpoint_guard/cidr.ts";
import type { EndpointGuard } from "../endpoint_guard/endpoint_guard.ts";
import type { FrontPort } from "../loadbalancer/front_ports.ts";
import type { RuntimeKind } from "../loadbalancer/hub_service.ts";
import { udpIdleTimeout } from "../loadbalancer/udp_idle_timeout.ts";
import { bindingOf } from "./binding.ts";
import { type EndpointFindings, endpointsByPort, type EndpointSources } from "./endpoint_groups.ts";
import { healthCheckOf, healthCheckRemark } from "./health_check.ts";
import { proxyProtocolOf, proxyProtocolRemark } from "./proxy_protocol.ts";
import { serviceNameOf } from "./resources.ts";

/** How the endpoints were found: the condition `ResourcesResolved`. */
export type Resolution =
  | { readonly reason: "Resolved"; readonly message: string }
  | {
    readonly reason:
      | "AddressesNotFound"
      | "HostnameUnresolved"
      | "ForbiddenEndpoint"
      | "NoEndpoints";
    readonly message: string;
  };

/** What to do with the object's part of the Envoy configuration. */
export interface Evaluation {
  /**
   * `serve`: exactly these services. `keep`: what the object refers to is missing, so its last good
   * configuration stays, less what the guard refuses by now; see `served_state.ts`.
   */
  readonly kind: "serve" | "keep";
  /** Empty while the object has no address to listen on. */
  readonly services: readonly L4Service[];
  readonly resolution: Resolution;
  /** Whether at least one endpoint can take traffic. */
  readonly hasEndpoints: boolean;
  /** What `services` do otherwise than the object asks for, for people. */
  readonly remark?: string | undefined;
  /** Nothing is served since the Envoy can have no more listeners than these. */
  readonly refusedBeyond?: number | undefined;
}

/** What a fleet leaves to one of its load balancers. */
export interface FleetTerms {
  /** The fleet's health-check interval, seconds; see `healthCheckInterval`. */
  readonly checkInterval: number;
  /** Clients that each UDP port may have. */
  readonly datagramClients: number;
  /** Present where the Envoy can listen for no more than older ones; see `ListenerRoom`. */
  readonly refusedBeyond: number | undefined;
}

/** Everything the decision depends on. */
export interface EvaluationInput extends EndpointSources, FleetTerms {
  readonly loadBalancer: LoadBalancer;
  readonly ports: readonly FrontPort[];
  readonly hubService: Service | undefined;
  readonly runtime: RuntimeKind;
  /** Where Envoy writes access logs; absent writes none. */
  readonly accessLogPath?: string | undefined;
}

/** Decides. */
export function evaluate(input: EvaluationInput): Evaluation {
  const { loadBalancer, ports, hubService } = input;
  const { endpoints, findings } = endpointsByPort(loadBalancer, ports, input);
  const hasEndpoints = endpoints.some((list) => list.length > 0);
  const resolution = resolutionOf(findings, hasEndpoints);
  const { refusedBeyond } = input;
  if (refusedBeyond !== undefined) {
    return { kind: "serve", services: [], resolution, hasEndpoints, refusedBeyond };
  }
  const services = ports.flatMap((port, at) => serviceOf(input, port, endpoints[at]!));
  const waits = findings.missing.size > 0 || (findings.unresolved.size > 0 && !hasEndpoints);
  if (waits && hubService) return { kind: "keep", services, resolution, hasEndpoints };
  return { kind: "serve", services, resolution, hasEndpoints, remark: remarkOn(input, services) };
}

/** The services without the endpoints that the guard refuses by now. */
export function guarded(services: readonly L4Service[], guard: EndpointGuard): L4Service[] {
  return services.map((service) => ({
    ...service,
    endpoints: service.endpoints.filter(({ address }) => guard.refusal(address) === undefined),
  }));
}

function serviceOf(
  input: EvaluationInput,
  port: FrontPort,
  endpoints: readonly L4Endpoint[],
): L4Service[] {
  const { loadBalancer: { metadata, spec }, hubService, runtime } = input;
  const binding = hubService && bindingOf(hubService, port, runtime);
  if (binding === undefined) return [];
  const proxyProtocol = proxyProtocolOf(input.loadBalancer, port.protocol);
  const healthCheck = healthCheckOf(spec, port.protocol, input.checkInterval);
  return [{
    name: serviceNameOf(metadata, port),
    protocol: port.protocol,
    binding,
    endpoints,
    ...(spec.persistence && { persistence: spec.persistence.type }),
    ...(enforcesRanges(input) && { sourceRanges: spec.sourceRanges!.map((range) => range.trim()) }),
    ...(healthCheck && { healthCheck }),
    ...(port.protocol === "UDP" && {
      idleTimeout: udpIdleTimeout(input.loadBalancer, port.port),
      maxClients: input.datagramClients,
    }),
    ...(proxyProtocol && { proxyProtocol }),
    ...(input.accessLogPath && { accessLogPath: input.accessLogPath }),
  }];
}

function remarkOn(
  { loadBalancer, checkInterval }: EvaluationInput,
  services: readonly L4Service[],
): string | undefined {
  const checks = services.some(({ healthCheck }) => healthCheck !== undefined);
  const remarks = [
    checks ? healthCheckRemark(loadBalancer.spec, checkInterval) : undefined,
    proxyProtocolRemark(loadBalancer),
  ].filter((remark) => remark !== undefined);
  return remarks.length > 0 ? remarks.join("; ") : undefined;
}

/** Only where Envoy sees the client's own address (design §2.11); elsewhere the Service does it. */
function enforcesRanges({ loadBalancer, hubService, runtime }: EvaluationInput): boolean {
  if (!loadBalancer.spec.sourceRanges?.length) return false;
  return runtime === "host" || hubService?.spec.externalTrafficPolicy === "Local";
}

function resolutionOf(findings: EndpointFindings, hasEndpoints: boolean): Resolution {
  const { missing, unresolved, forbidden, unusablePorts } = findings;
  if (missing.size > 0) {
    const message = `Addresses ${quoteAll(missing)} does not exist in this namespace; the last ` +
      `configuration stays until it does`;
    return { reason: "AddressesNotFound", message };
  }
  if (unresolved.size > 0) {
    return { reason: "HostnameUnresolved", message: `no address for ${quoteAll(unresolved)} yet` };
  }
  if (forbidden.size > 0) {
    const refused = [...forbidden].map(([address, why]) => `${address} ${why}`);
    const message = `left out: ${atMost(refused, "; ")}; ${adviceOn(forbidden.keys())}`;
    return { reason: "ForbiddenEndpoint", message };
  }
  if (unusablePorts.size > 0) {
    return { reason: "NoEndpoints", message: atMost([...unusablePorts], "; ") };
  }
  if (!hasEndpoints) return { reason: "NoEndpoints", message: "there is no address to send to" };
  return { reason: "Resolved", message: "all endpoints were found" };
}

/** Nobody can allow what is no address at all. */
function adviceOn(forbidden: Iterable<string>): string {
  return [...forbidden].some((address) => parseIp(address) !== undefined)
    ? "the hub's operator can allow it (--allowed-endpoint-cidrs, or endpointPolicy of the Config)"
    : "a host name goes into the field hostname";
}

function quoteAll(names: Iterable<string>): string {
  return atMost([...names].map((name) => `"${name}"`), ", ");
}

/** Messages are for people: a few examples and a count. */
function atMost(items: readonly string[], separator: string): string {
  const shown = items.slice(0, 3).join(separator);
  return items.length > 3 ? `${shown} and ${items.length - 3} more` : shown;
}
