/**
 * What the host runtime reads from a Service, and what it writes to its status.
 *
 * @module
 */
import type { Service } from "../../../apis/core/v1.ts";
import { conditionReasons, setCondition } from "../../../apis/kubelb/conditions.ts";
import { hostLoadBalancerClass } from "../../../apis/kubelb/names.ts";
import type { LoadBalancer } from "../../../apis/kubelb/v1alpha1/mod.ts";
import { portKey } from "../loadbalancer/hub_service.ts";
import type { AddressAnswer, AddressRequest } from "./address_book.ts";
import { addressConditionType } from "./address_condition.ts";
import type { Family } from "./address_range.ts";

/** Whether the manager is the load balancer implementation of this Service. */
export function isHostService(service: Service): boolean {
  return service.spec.type === "LoadBalancer" &&
    service.spec.loadBalancerClass === hostLoadBalancerClass;
}

/** The addresses that a Service's status says it has, or a LoadBalancer's. */
export function assignedAddresses({ status }: Pick<Service | LoadBalancer, "status">): string[] {
  return (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => ip || []);
}

/** `TCP/80` and so on. */
export function frontPortsOf(service: Service): string[] {
  return (service.spec.ports ?? []).map(portKey);
}

/**
 * What it wants: families as its load balancer asks for them, where it has one that does; the hub's
 * own families are no matter. The API server of a tenant fills in its cluster's family where nobody
 * asked; a pool without that family then gives what it has.
 */
export function addressRequestOf(
  service: Service,
  poolFamilies: readonly Family[],
  loadBalancer?: LoadBalancer,
): AddressRequest {
  const { loadBalancerIP } = service.spec;
  const asked = loadBalancer?.spec.ipFamilies?.length || loadBalancer?.spec.ipFamilyPolicy;
  const { ipFamilyPolicy = "SingleStack", ipFamilies = [] } = asked
    ? loadBalancer!.spec
    : service.spec;
  const primary = ipFamilies.find((family) => poolFamilies.includes(family)) ?? poolFamilies[0] ??
    "IPv4";
  const second: Family = primary === "IPv4" ? "IPv6" : "IPv4";
  const required = ipFamilyPolicy === "RequireDualStack";
  return {
    ...(loadBalancerIP && { address: loadBalancerIP }),
    families: ipFamilyPolicy === "SingleStack" ? [primary] : [primary, second],
    optional: !required,
    ports: frontPortsOf(service),
  };
}

/**
 * The addresses that wait for a load balancer's hub Service while that is missing: nobody else gets
 * them because somebody deleted it by hand. They are free when nobody wants them any more.
 */
export function reservedAddresses(loadBalancer: LoadBalancer | undefined): string[] {
  if (loadBalancer === undefined || loadBalancer.metadata.deletionTimestamp) return [];
  return assignedAddresses(loadBalancer);
}

/** The status that tells the answer. */
export function hostServiceStatus(
  service: Service,
  answer: AddressAnswer,
  now: Date,
): NonNullable<Service["status"]> {
  const assigned = answer.kind === "assigned";
  const conditions = setCondition(service.status?.conditions, {
    type: addressConditionType,
    status: assigned ? "True" : "False",
    // Services have no generation, and a zero would be dropped: never equal to what was written.
    reason: assigned ? conditionReasons.assigned : reasonOf(answer.kind),
    message: assigned ? answer.addresses.join(", ") : answer.message,
  }, now);
  const ingress = assigned ? answer.addresses.map((ip) => ({ ip, ipMode: "VIP" as const })) : [];
  return { loadBalancer: { ingress }, conditions: [...conditions] };
}

/** The condition's and the event's reason for an answer without addresses. */
export function reasonOf(kind: "exhausted" | "unavailable"): string {
  return kind === "exhausted"
    ? conditionReasons.addressPoolExhausted
    : conditionReasons.addressUnavailable;
}
