/**
 * The parts of `core/v1` that KubeLB reads and writes. Objects that are passed on whole (embedded in
 * Routes) keep the fields that are not named here.
 *
 * @module
 */

import { type Condition, type KubeObject, resourceType } from "../meta/v1.ts";
import type { Infer } from "../schema/mod.ts";
import type { loadBalancerIngress, loadBalancerStatus, servicePort } from "./schemas.ts";

/** One port of a Service. */
export interface ServicePort extends Infer<typeof servicePort> {}

/** One point where clients reach a load balancer. */
export interface LoadBalancerIngress extends Infer<typeof loadBalancerIngress> {}

/** `status.loadBalancer` of a Service. */
export interface LoadBalancerStatus extends Infer<typeof loadBalancerStatus> {}

/** `spec.type` of a Service. */
export type ServiceType = "ClusterIP" | "NodePort" | "LoadBalancer" | "ExternalName";

/** Whether traffic may leave the node that received it. */
export type TrafficPolicy = "Cluster" | "Local";

/** An address family of a Service. */
export type IPFamily = "IPv4" | "IPv6";

/** How a Service uses the two families. */
export type IPFamilyPolicy = "SingleStack" | "PreferDualStack" | "RequireDualStack";

/** `spec` of a Service. Every field is optional: an ExternalName Service has no ports. */
export interface ServiceSpec {
  type?: ServiceType;
  ports?: ServicePort[];
  selector?: Record<string, string>;
  clusterIP?: string;
  clusterIPs?: string[];
  externalIPs?: string[];
  externalName?: string;
  sessionAffinity?: "None" | "ClientIP";
  sessionAffinityConfig?: { clientIP?: { timeoutSeconds?: number } };
  loadBalancerIP?: string;
  loadBalancerSourceRanges?: string[];
  loadBalancerClass?: string;
  allocateLoadBalancerNodePorts?: boolean;
  externalTrafficPolicy?: TrafficPolicy;
  internalTrafficPolicy?: TrafficPolicy;
  /** Where kube-proxy answers whether the node has local endpoints; set with policy Local. */
  healthCheckNodePort?: number;
  publishNotReadyAddresses?: boolean;
  ipFamilies?: IPFamily[];
  ipFamilyPolicy?: IPFamilyPolicy;
  trafficDistribution?: string;
}

/** A Service. */
export interface Service extends KubeObject {
  spec: ServiceSpec;
  status?: { loadBalancer?: LoadBalancerStatus; conditions?: Condition[] };
}

/** Services. */
export const services = resourceType<Service>("", "v1", "Service", "services", true);

/** A taint of a Node; the autoscaler announces a deletion with one. */
export interface Taint {
  key: string;
  value?: string;
  effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
  timeAdded?: string;
}

/** One address of a Node. */
export interface NodeAddress {
  type: "Hostname" | "InternalIP" | "ExternalIP" | "InternalDNS" | "ExternalDNS";
  address: string;
}

/** A condition of a Node: unlike `meta/v1.Condition` it has a heartbeat and may lack a reason. */
export interface NodeCondition {
  type: string;
  status: "True" | "False" | "Unknown";
  reason?: string;
  message?: string;
  lastHeartbeatTime?: string;
  lastTransitionTime?: string;
}

/** A Node. */
export interface Node extends KubeObject {
  spec?: {
    podCIDR?: string;
    podCIDRs?: string[];
    providerID?: string;
    unschedulable?: boolean;
    taints?: Taint[];
  };
  status?: { addresses?: NodeAddress[]; conditions?: NodeCondition[] };
}

/** Nodes. */
export const nodes = resourceType<Node>("", "v1", "Node", "nodes", false);

/** A Namespace. */
export interface Namespace extends KubeObject {
  spec?: { finalizers?: string[] };
  status?: { phase?: "Active" | "Terminating"; conditions?: NodeCondition[] };
}

/** Namespaces. */
export const namespaces = resourceType<Namespace>("", "v1", "Namespace", "namespaces", false);

/** A Secret. `data` is base64; `stringData` is written in plain and never read back. */
export interface Secret extends KubeObject {
  type?: string;
  immutable?: boolean;
  data?: Record<string, string>;
  stringData?: Record<string, string>;
}

/** Secrets. */
export const secrets = resourceType<Secret>("", "v1", "Secret", "secrets", true);

/** A ConfigMap. */
export interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
  binaryData?: Record<string, string>;
  immutable?: boolean;
}

/** ConfigMaps. */
export const configMaps = resourceType<ConfigMap>("", "v1", "ConfigMap", "configmaps", true);

/** A ServiceAccount. */
export interface ServiceAccount extends KubeObject {
  automountServiceAccountToken?: boolean;
  secrets?: { name?: string; namespace?: string }[];
  imagePullSecrets?: { name?: string }[];
}

/** ServiceAccounts. */
export const serviceAccounts = resourceType<ServiceAccount>(
  "",
  "v1",
  "ServiceAccount",
  "serviceaccounts",
  true,
);
