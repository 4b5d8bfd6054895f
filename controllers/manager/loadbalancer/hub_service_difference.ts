/**
 * Whether a hub Service has to be written.
 *
 * @module
 */
import type { Service, ServicePort, ServiceSpec } from "../../../apis/core/v1.ts";
import { applyDifferences } from "../../../kube/apply_differences.ts";
import { semanticEqual } from "../../../kube/semantic_equal.ts";
import { portKey } from "./hub_service.ts";

/**
 * What differs, as words for the log; empty when nothing has to be written. Fields that the API
 * server or other controllers fill (cluster addresses, node ports, foreign annotations) do not
 * count.
 *
 * Beyond {@linkcode applyDifferences} it sees what is on the Service and no longer wanted: hub
 * Services are ours, so they have no further ports, and the fields in `wholeFields` hold what we say
 * and no more. Within a port others may set what we do not (a node port, an application protocol):
 * applying would not take it away.
 *
 * @param owned annotations that we wrote earlier; those no longer wanted must go.
 */
export function hubServiceDifferences(
  desired: Service,
  actual: Service,
  owned: ReadonlySet<string> = new Set(),
): string[] {
  const { labels, annotations = {}, ownerReferences } = desired.metadata;
  const { ipFamilies, ipFamilyPolicy } = desired.spec;
  const abandoned = [...owned].some((key) => !(key in annotations));
  const checks: [what: string, differs: boolean][] = [
    ["labels", wouldChange({ labels }, actual.metadata)],
    ["annotations", abandoned || wouldChange({ annotations }, actual.metadata)],
    ["owner reference", wouldChange({ ownerReferences }, actual.metadata)],
    ["ports", !samePorts(desired.spec.ports, actual.spec.ports)],
    ...wholeFields.map((field): [string, boolean] => [
      field,
      !semanticEqual(valueOf(desired.spec, field), valueOf(actual.spec, field)),
    ]),
    // The API server chooses these when nobody asks.
    ["ipFamilies", wouldChange({ ipFamilies }, actual.spec)],
    ["ipFamilyPolicy", wouldChange({ ipFamilyPolicy }, actual.spec)],
  ];
  return checks.flatMap(([what, differs]) => differs ? [what] : []);
}

/** `loadBalancerClass` cannot be changed on a Service; it has to be made again. */
export function mustBeRecreated(desired: Service, actual: Service): boolean {
  return desired.spec.type === "LoadBalancer" && actual.spec.type === "LoadBalancer" &&
    desired.spec.loadBalancerClass !== actual.spec.loadBalancerClass;
}

const wholeFields = [
  "type",
  "selector",
  "externalTrafficPolicy",
  "loadBalancerClass",
  "loadBalancerIP",
  "loadBalancerSourceRanges",
  "allocateLoadBalancerNodePorts",
] as const;

/** What the API server makes of an absent field. */
const defaults: Partial<ServiceSpec> = {
  externalTrafficPolicy: "Cluster",
  allocateLoadBalancerNodePorts: true,
};

function valueOf(spec: ServiceSpec, field: typeof wholeFields[number]): unknown {
  return spec[field] ?? defaults[field];
}

function wouldChange(desired: object, actual: object): boolean {
  return applyDifferences(desired, actual).length > 0;
}

/** By port and protocol, which are the list's keys in the API; nobody reads anything in its order. */
function samePorts(
  desired: readonly ServicePort[] = [],
  actual: readonly ServicePort[] = [],
): boolean {
  return desired.length === actual.length && !wouldChange(byKey(desired), byKey(actual));
}

function byKey(ports: readonly ServicePort[]): Record<string, ServicePort> {
  return Object.fromEntries(ports.map((port) => [portKey(port), port]));
}
