/**
 * The hub Service of a LoadBalancer: where clients connect, and the authority on its listener ports.
 *
 * @module
 */
import type { IPFamily, Service, ServicePort, ServiceSpec } from "../../../apis/core/v1.ts";
import {
  appNameLabel,
  hostLoadBalancerClass,
  hubServiceName,
  lastAppliedAnnotation,
  loadBalancerNameLabel,
  loadBalancerNamespaceLabel,
  managedByLabel,
  managedByValue,
  originNameLabel,
  originNamespaceLabel,
} from "../../../apis/kubelb/names.ts";
import type { LoadBalancer } from "../../../apis/kubelb/v1alpha1/mod.ts";
import { controllerReference } from "../../../kube/owner_reference.ts";
import { propagateAnnotations } from "../annotations/propagation.ts";
import type { TenantSettings } from "../config/tenant_settings.ts";
import type { FrontPort } from "./front_ports.ts";

/** Where Envoys run; it decides how traffic reaches them. */
export type RuntimeKind = "host" | "kubernetes";

/** What the hub Service follows from. */
export interface HubServiceInput {
  readonly loadBalancer: LoadBalancer;
  readonly ports: readonly FrontPort[];
  /** Listener port of each front port, by {@linkcode portKey}. */
  readonly targetPorts: ReadonlyMap<string, number>;
  readonly settings: TenantSettings;
  readonly runtime: RuntimeKind;
  /** Families that Services of the hub can have. */
  readonly families: readonly IPFamily[];
}

/** What tells the ports of one Service apart: `TCP/80`. */
export function portKey(port: { protocol?: string; port: number }): string {
  return `${port.protocol ?? "TCP"}/${port.port}`;
}

/** The Service as it should be, ready for server-side apply. */
export function desiredHubService(input: HubServiceInput): Service {
  const { loadBalancer, settings } = input;
  const { name, namespace = "", labels = {}, annotations = {} } = loadBalancer.metadata;
  const { [lastAppliedAnnotation]: _, ...passedOn } = annotations;
  const origin = [originNameLabel, originNamespaceLabel].filter((label) => label in labels);
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name: hubServiceName(name),
      namespace,
      labels: {
        ...Object.fromEntries(origin.map((label) => [label, labels[label]!])),
        [loadBalancerNameLabel]: name,
        [loadBalancerNamespaceLabel]: namespace,
        [managedByLabel]: managedByValue,
        [appNameLabel]: namespace,
      },
      annotations: propagateAnnotations(passedOn, settings.annotations, "service"),
      ownerReferences: [
        controllerReference(loadBalancer, { namespace }, { blockOwnerDeletion: false }),
      ],
    },
    spec: serviceSpec(input),
  };
}

function serviceSpec(input: HubServiceInput): ServiceSpec {
  const { loadBalancer: { metadata, spec }, ports, targetPorts, runtime } = input;
  return {
    type: (spec.type ?? "ClusterIP") as NonNullable<ServiceSpec["type"]>,
    // A selector makes Kubernetes keep EndpointSlices, here of pods that do not exist. Measured: one
    // more write for each load balancer, and a third of the time to create a thousand.
    ...(runtime === "kubernetes" && { selector: { [appNameLabel]: metadata.namespace ?? "" } }),
    ports: ports.map((port) => servicePort(port, targetPorts)),
    ...ipFamilies(input),
    ...externalTraffic(input),
    ...(spec.type === "LoadBalancer" && loadBalancerFields(input)),
  };
}

function servicePort(port: FrontPort, targetPorts: ReadonlyMap<string, number>): ServicePort {
  const targetPort = targetPorts.get(portKey(port));
  if (targetPort === undefined) throw new Error(`no listener port for ${portKey(port)}`);
  return { name: port.name, protocol: port.protocol, port: port.port, targetPort };
}

/**
 * A tenant's API server fills in its own cluster's families, asked or not. The hub's would refuse
 * those that it does not have. Where the manager gives addresses itself, it does so by what the load
 * balancer asks for: the family of a cluster address that nobody uses is no matter.
 */
function ipFamilies(input: HubServiceInput) {
  const { loadBalancer: { spec }, families } = input;
  if (loadBalancerClassOf(input) === hostLoadBalancerClass) return {};
  const possible = (spec.ipFamilies ?? []).filter((family) => families.includes(family));
  return {
    ...(possible.length > 0 && { ipFamilies: possible }),
    ...(spec.ipFamilyPolicy && { ipFamilyPolicy: spec.ipFamilyPolicy }),
  };
}

function loadBalancerClassOf({ settings, runtime }: HubServiceInput): string | undefined {
  return settings.loadBalancer.class ?? (runtime === "host" ? hostLoadBalancerClass : undefined);
}

/** The fields that only Services of type LoadBalancer may have. */
function loadBalancerFields(input: HubServiceInput) {
  const { loadBalancer: { spec }, runtime } = input;
  const loadBalancerClass = loadBalancerClassOf(input);
  return {
    ...(loadBalancerClass && { loadBalancerClass }),
    // Envoys on a host take traffic on the address itself; node ports would be wasted.
    ...(runtime === "host" && { allocateLoadBalancerNodePorts: false }),
    ...(spec.loadBalancerIP && { loadBalancerIP: spec.loadBalancerIP }),
    ...(spec.sourceRanges?.length && { loadBalancerSourceRanges: spec.sourceRanges }),
  };
}

/**
 * Policy Local keeps the client's address, which source ranges and affinity need (design §2.11). On
 * a host Envoy sees it anyway; there only the tenant's own wish counts.
 */
function externalTraffic({ loadBalancer: { spec }, runtime }: HubServiceInput) {
  if (spec.type !== "LoadBalancer" && spec.type !== "NodePort") return {};
  const needed = runtime === "kubernetes" &&
    ((spec.sourceRanges?.length ?? 0) > 0 || spec.persistence !== undefined);
  const local = spec.externalTrafficPolicy === "Local" || needed;
  return { externalTrafficPolicy: local ? "Local" as const : "Cluster" as const };
}
