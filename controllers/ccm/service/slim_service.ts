/**
 * What the CCM remembers of Services. Pure.
 *
 * @module
 */
import type { Service } from "../../../apis/core/v1.ts";
import { lastAppliedAnnotation } from "../../../apis/kubelb/names.ts";
import { isOwnCondition } from "./service_status.ts";
import { serviceFinalizers } from "./service_plan.ts";

/**
 * The parts of a Service that KubeLB reads. Of a Service that it has nothing to do with, and most
 * are such, only that it exists.
 */
export function slimService(service: Service): Service {
  const { apiVersion, kind, metadata, spec, status } = service;
  const { name, namespace, uid, resourceVersion, generation, deletionTimestamp } = metadata;
  const identity = { name, namespace, uid, resourceVersion, generation, deletionTimestamp };
  if (!isRelevant(service)) {
    const minimal = spec.type === undefined ? {} : { type: spec.type };
    return { apiVersion, kind, metadata: present(identity), spec: minimal };
  }
  const { finalizers, annotations } = metadata;
  const conditions = status?.conditions?.filter(isOwnCondition);
  return {
    apiVersion,
    kind,
    metadata: present({ ...identity, finalizers, annotations: withoutLastApplied(annotations) }),
    spec: slimSpec(spec),
    status: present({ loadBalancer: status?.loadBalancer, conditions }),
  };
}

function isRelevant({ metadata, spec, status }: Service): boolean {
  return spec.type === "LoadBalancer" ||
    (metadata.finalizers ?? []).some((name) => serviceFinalizers.includes(name)) ||
    (status?.conditions ?? []).some(isOwnCondition);
}

function withoutLastApplied(annotations: Record<string, string> | undefined) {
  if (annotations?.[lastAppliedAnnotation] === undefined) return annotations;
  const { [lastAppliedAnnotation]: _, ...rest } = annotations;
  return rest;
}

function slimSpec(spec: Service["spec"]): Service["spec"] {
  return present({
    type: spec.type,
    ports: spec.ports,
    sessionAffinity: spec.sessionAffinity,
    loadBalancerIP: spec.loadBalancerIP,
    loadBalancerSourceRanges: spec.loadBalancerSourceRanges,
    loadBalancerClass: spec.loadBalancerClass,
    allocateLoadBalancerNodePorts: spec.allocateLoadBalancerNodePorts,
    externalTrafficPolicy: spec.externalTrafficPolicy,
    healthCheckNodePort: spec.healthCheckNodePort,
    ipFamilies: spec.ipFamilies,
    ipFamilyPolicy: spec.ipFamilyPolicy,
  });
}

/** Absent fields stay absent instead of being present with `undefined`. */
function present<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  // Exact about values; that keys may be missing is what the optional fields of the targets allow.
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
