/**
 * The hub's LoadBalancer for a tenant's Service. Pure.
 *
 * @module
 */
import type { Service } from "../../../apis/core/v1.ts";
import { apiVersionOf } from "../../../apis/meta/v1.ts";
import { cleanupFinalizer, defaultObjectName } from "../../../apis/kubelb/names.ts";
import {
  type EndpointAddress,
  type LoadBalancer,
  type LoadBalancerEndpoints,
  loadBalancers,
} from "../../../apis/kubelb/v1alpha1/mod.ts";
import { copiedAnnotations, originLabels } from "../origin.ts";
import type { ServicePorts } from "./service_ports.ts";

/** Everything that {@linkcode desiredLoadBalancer} needs beside the Service. */
export interface DesiredLoadBalancerInput {
  /** `tenant-<name>`. */
  readonly tenantNamespace: string;
  readonly ports: ServicePorts;
  /** Inline endpoint addresses; absent: the tenant's nodes, by reference. */
  readonly addresses?: readonly EndpointAddress[];
}

/**
 * Maps a Service, field by field as upstream's CCM does (its objects are adopted without a change),
 * plus the fields of ours that upstream's hub does not know.
 *
 * The object carries the hub's finalizer from the start: that spares the manager a write.
 */
export function desiredLoadBalancer(
  service: Service,
  input: DesiredLoadBalancerInput,
): LoadBalancer {
  return {
    apiVersion: apiVersionOf(loadBalancers),
    kind: loadBalancers.kind,
    metadata: {
      name: service.metadata.uid ?? "",
      namespace: input.tenantNamespace,
      labels: originLabels(service.metadata, input.tenantNamespace),
      annotations: copiedAnnotations(service.metadata),
      finalizers: [cleanupFinalizer],
    },
    spec: {
      endpoints: [endpoints(input)],
      ports: [...input.ports.ports],
      type: service.spec.type ?? "LoadBalancer",
      ...traffic(service),
      ...requested(service),
    },
  };
}

function endpoints({ addresses, ports }: DesiredLoadBalancerInput): LoadBalancerEndpoints {
  const where = addresses === undefined
    ? { addressesReference: { name: defaultObjectName } }
    : { addresses: [...addresses] };
  return { ...where, ports: [...ports.endpointPorts] };
}

/** How traffic is balanced, and who may send it. */
function traffic({ spec }: Service): Partial<LoadBalancer["spec"]> {
  return {
    ...(spec.sessionAffinity === "ClientIP" && { persistence: { type: "SourceIP" as const } }),
    ...(spec.externalTrafficPolicy && { externalTrafficPolicy: spec.externalTrafficPolicy }),
    // Only with policy Local does kube-proxy answer on this port.
    ...(spec.externalTrafficPolicy === "Local" && spec.healthCheckNodePort &&
      { healthCheckNodePort: spec.healthCheckNodePort }),
    ...(spec.loadBalancerSourceRanges?.length &&
      { sourceRanges: spec.loadBalancerSourceRanges.map((range) => range.trim()) }),
  };
}

/** What the user asks of the address. */
function requested({ spec }: Service): Partial<LoadBalancer["spec"]> {
  return {
    ...(spec.loadBalancerIP && { loadBalancerIP: spec.loadBalancerIP }),
    ...(spec.ipFamilies?.length && { ipFamilies: [...spec.ipFamilies] }),
    ...(spec.ipFamilyPolicy && { ipFamilyPolicy: spec.ipFamilyPolicy }),
  };
}
