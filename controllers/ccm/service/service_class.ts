/**
 * Which Services of a tenant are KubeLB's. Pure.
 *
 * @module
 */
import type { Service } from "../../../apis/core/v1.ts";
import { kubelbClass } from "../../../apis/kubelb/names.ts";

/** The part of the CCM's flags that decides whose a Service is. */
export interface ServiceClassOptions {
  /** `--use-loadbalancer-class`: only Services that name the class. */
  readonly useLoadBalancerClass: boolean;
  /** `--enable-cloud-provider`: whether KubeLB is the one that gives the Service its address. */
  readonly cloudProvider: boolean;
}

/**
 * Whether KubeLB serves this Service.
 *
 * Without the class filter KubeLB is the cluster's default implementation: it takes Services
 * without a class, and leaves those that name another implementation to that one, as the API
 * documents. Where another implementation gives the addresses (`cloudProvider` false) its class is
 * no obstacle: KubeLB stands in front of it.
 */
export function isOurs(service: Service, options: ServiceClassOptions): boolean {
  if (service.spec.type !== "LoadBalancer") return false;
  const named = service.spec.loadBalancerClass;
  if (options.useLoadBalancerClass) return named === kubelbClass;
  return named === undefined || named === kubelbClass || !options.cloudProvider;
}
