/**
 * What a LoadBalancer asks for, read strictly: every front port with its place among the endpoints,
 * or the list of what is wrong. Everything downstream works on the result.
 *
 * @module
 */
import { parseDuration } from "../../../apis/kubelb/duration.ts";
import { hubServiceName, udpIdleTimeoutAnnotation } from "../../../apis/kubelb/names.ts";
import type {
  LoadBalancer,
  LoadBalancerPort,
  LoadBalancerSpec,
} from "../../../apis/kubelb/v1alpha1/mod.ts";
import { parseCidr, parseIp } from "../endpoint_guard/cidr.ts";
import { udpIdleTimeoutProblem } from "./udp_idle_timeout.ts";

/** A port on which clients reach a load balancer. */
export interface FrontPort {
  /** Valid and unique as the name of a Service port; the tenant's own where that is possible. */
  readonly name: string;
  /** What `spec.ports[].name` says: endpoint ports are looked up by it. */
  readonly givenName: string;
  readonly protocol: "TCP" | "UDP";
  readonly port: number;
  /** Position in `spec.ports`: endpoint ports without a matching name are paired by it. */
  readonly index: number;
}

/** Something in a spec that cannot be served. */
export interface Problem {
  /** The path of the field, as `spec.ports[2].port`. */
  readonly field: string;
  /** What is wrong and what to write instead. */
  readonly message: string;
}

/** The front ports of a load balancer, or why there are none. */
export type FrontPorts =
  | { readonly valid: true; readonly ports: readonly FrontPort[] }
  | { readonly valid: false; readonly problems: readonly Problem[] };

/** Types of Service that the hub makes for a load balancer. */
const serviceTypes = ["ClusterIP", "NodePort", "LoadBalancer"];

/** Milliseconds between two checks, or until one has failed; nobody needs more. */
const longestCheck = 3_600_000;

/** Reads `spec`; never throws, whatever an old or foreign CCM wrote. */
export function readFrontPorts(loadBalancer: LoadBalancer): FrontPorts {
  const { spec } = loadBalancer;
  const ports = (spec.ports ?? []).map(readPort);
  const problems = [...specProblems(loadBalancer), ...portProblems(ports)];
  if (problems.length > 0) return { valid: false, problems };
  return { valid: true, ports: withUniqueNames(ports) };
}

function readPort(port: LoadBalancerPort, index: number): FrontPort {
  const givenName = port.name ?? "";
  // A missing protocol means TCP, as everywhere in Kubernetes.
  return { name: givenName, givenName, protocol: port.protocol ?? "TCP", port: port.port, index };
}

function specProblems(loadBalancer: LoadBalancer): Problem[] {
  const { metadata, spec } = loadBalancer;
  const problems: Problem[] = [];
  if (!isDnsLabel(hubServiceName(metadata.name))) {
    const message =
      `"${metadata.name}" makes no Service name: use at most 57 lower case letters, ` +
      `digits and dashes`;
    problems.push({ field: "metadata.name", message });
  }
  const idleTimeout = udpIdleTimeoutProblem(loadBalancer);
  if (idleTimeout !== undefined) {
    const field = `metadata.annotations[${udpIdleTimeoutAnnotation}]`;
    problems.push({ field, message: idleTimeout });
  }
  const type = spec.type ?? "ClusterIP";
  if (!serviceTypes.includes(type)) {
    const message = `"${type}" cannot be served: use ${serviceTypes.join(", ")}`;
    problems.push({ field: "spec.type", message });
  }
  if (spec.loadBalancerIP && parseIp(spec.loadBalancerIP) === undefined) {
    const message = `"${spec.loadBalancerIP}" is not an IP address`;
    problems.push({ field: "spec.loadBalancerIP", message });
  }
  problems.push(...healthCheckProblems(spec));
  spec.sourceRanges?.forEach((range, index) => {
    if (!isCidr(range)) {
      const message = `"${range}" is not an IP range such as 192.0.2.0/24`;
      problems.push({ field: `spec.sourceRanges[${index}]`, message });
    }
  });
  return problems;
}

/** Envoy refuses such values, and with them whatever else is in the same response. */
function healthCheckProblems({ healthCheckNodePort = 0, healthCheck = {} }: LoadBalancerSpec) {
  const problems: Problem[] = [];
  // 0 is how a Service without one writes it.
  if (healthCheckNodePort !== 0 && !isPort(healthCheckNodePort)) {
    const message = `${healthCheckNodePort} is out of range: use 1 to 65535`;
    problems.push({ field: "spec.healthCheckNodePort", message });
  }
  for (const name of ["interval", "timeout"] as const) {
    const text = healthCheck[name];
    if (text === undefined || (parseDuration(text) ?? Infinity) <= longestCheck) continue;
    const message = `"${text}" is no duration up to an hour, such as 5s`;
    problems.push({ field: `spec.healthCheck.${name}`, message });
  }
  return problems;
}

function portProblems(ports: readonly FrontPort[]): Problem[] {
  if (ports.length === 0) {
    return [{ field: "spec.ports", message: "is empty: a load balancer needs at least one port" }];
  }
  const problems: Problem[] = [];
  const seen = new Map<string, number>();
  for (const { port, protocol, index } of ports) {
    const field = `spec.ports[${index}].port`;
    if (!isPort(port)) {
      problems.push({ field, message: `${port} is out of range: use 1 to 65535` });
    }
    const first = seen.get(`${protocol}/${port}`);
    if (first === undefined) seen.set(`${protocol}/${port}`, index);
    else problems.push({ field, message: `${protocol} ${port} is spec.ports[${first}] already` });
  }
  return problems;
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535;
}

/** As Kubernetes reads them, and Envoy: a single address has its length too, without a zero before. */
function isCidr(text: string): boolean {
  if (!/\/(0|[1-9]\d*)$/.test(text.trim())) return false;
  try {
    return parseCidr(text.trim()) !== undefined;
  } catch {
    return false;
  }
}

/** Service port names are DNS labels, unique, and needed as soon as there are two. */
function withUniqueNames(ports: readonly FrontPort[]): FrontPort[] {
  const taken = new Set<string>();
  return ports.map((port) => {
    const generated = `${port.port}-${port.protocol.toLowerCase()}`;
    const wanted = port.givenName.toLowerCase();
    let name = isDnsLabel(wanted) && !taken.has(wanted) ? wanted : generated;
    // Only a port that was *named* like a generated name can be in its way.
    for (let attempt = 2; taken.has(name); attempt++) name = `${generated}-${attempt}`;
    taken.add(name);
    return { ...port, name };
  });
}

function isDnsLabel(text: string): boolean {
  return text.length <= 63 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(text);
}
