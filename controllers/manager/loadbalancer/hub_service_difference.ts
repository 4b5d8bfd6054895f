/**
 * Whether a hub Service has to be written.
 *
 * @module
 */
import type { Service, ServicePort, ServiceSpec } from "../../../apis/core/v1.ts";
import { portKey } from "./hub_service.ts";

/**
 * What differs, as words for the log; empty when nothing has to be written. Fields that the API
 * server or other controllers fill (cluster addresses, node ports, foreign annotations) do not
 * count.
 *
 * @param owned annotations that we wrote earlier; those no longer wanted must go.
 */
export function hubServiceDifferences(
  desired: Service,
  actual: Service,
  owned: ReadonlySet<string> = new Set(),
): string[] {
  const differences: string[] = [];
  const check = (what: string, same: boolean) => {
    if (!same) differences.push(what);
  };
  const wantedAnnotations = desired.metadata.annotations ?? {};
  check("labels", holds(actual.metadata.labels, desired.metadata.labels));
  check("annotations", holds(actual.metadata.annotations, wantedAnnotations));
  check("annotations", [...owned].every((key) => key in wantedAnnotations));
  check("owner reference", hasOwners(desired, actual));
  check("ports", samePorts(desired.spec.ports, actual.spec.ports));
  for (const field of comparedFields) {
    check(field, same(withDefault(desired.spec, field), withDefault(actual.spec, field)));
  }
  // The API server chooses these when nobody asks.
  for (const field of ["ipFamilies", "ipFamilyPolicy"] as const) {
    check(
      field,
      desired.spec[field] === undefined || same(desired.spec[field], actual.spec[field]),
    );
  }
  return [...new Set(differences)];
}

/** `loadBalancerClass` cannot be changed on a Service; it has to be made again. */
export function mustBeRecreated(desired: Service, actual: Service): boolean {
  return desired.spec.type === "LoadBalancer" && actual.spec.type === "LoadBalancer" &&
    desired.spec.loadBalancerClass !== actual.spec.loadBalancerClass;
}

const comparedFields = [
  "type",
  "selector",
  "externalTrafficPolicy",
  "loadBalancerClass",
  "loadBalancerIP",
  "loadBalancerSourceRanges",
  "allocateLoadBalancerNodePorts",
] as const;

type ComparedField = typeof comparedFields[number];

/** The value that stands for an absent field: the API server's default, or none. */
function withDefault(spec: ServiceSpec, field: ComparedField): unknown {
  const value = spec[field];
  switch (field) {
    case "externalTrafficPolicy":
      return value ?? "Cluster";
    case "allocateLoadBalancerNodePorts":
      return value ?? true;
    case "loadBalancerSourceRanges":
      return value ?? [];
    case "selector":
      return value ?? {};
    default:
      return value ?? "";
  }
}

/** By port and protocol, which are the list's key in the API: order means nothing. */
function samePorts(
  desired: readonly ServicePort[] = [],
  actual: readonly ServicePort[] = [],
): boolean {
  if (desired.length !== actual.length) return false;
  const present = new Map(actual.map((port) => [portKey(port), port]));
  return desired.every((port) => {
    const other = present.get(portKey(port));
    return other !== undefined && other.name === port.name && other.targetPort === port.targetPort;
  });
}

function hasOwners(desired: Service, actual: Service): boolean {
  const present = actual.metadata.ownerReferences ?? [];
  return (desired.metadata.ownerReferences ?? []).every((wanted) =>
    present.some((owner) => owner.uid === wanted.uid && owner.controller === wanted.controller)
  );
}

function holds(
  actual: Readonly<Record<string, string>> = {},
  desired: Readonly<Record<string, string>> = {},
): boolean {
  return Object.entries(desired).every(([key, value]) => actual[key] === value);
}

function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
