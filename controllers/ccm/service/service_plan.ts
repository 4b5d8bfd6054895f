/**
 * What is to be done about a Service, decided from the object alone. Pure.
 *
 * @module
 */
import type { Service } from "../../../apis/core/v1.ts";
import { cleanupFinalizer, legacyServiceFinalizer } from "../../../apis/kubelb/names.ts";
import type { EndpointAddress, LoadBalancer } from "../../../apis/kubelb/v1alpha1/mod.ts";
import { desiredLoadBalancer } from "./desired_load_balancer.ts";
import { isOurs, type ServiceClassOptions } from "./service_class.ts";
import { servicePorts, type SkippedPort } from "./service_ports.ts";

/** The CCM's flags that decide about Services. */
export interface ServicePlanOptions extends ServiceClassOptions {
  /** `tenant-<name>`: where the hub keeps this tenant's objects. */
  readonly tenantNamespace: string;
}

/**
 * - `ignore`: not ours and never was.
 * - `release`: being deleted, or not ours any more: the hub's object, our finalizer and (unless it is
 *   being deleted) our status go.
 * - `wait`: ours, but something that another component writes is missing; its event brings us back.
 * - `refuse`: ours, and cannot be served: the hub holds nothing, the user is told why.
 * - `serve`: ours; the hub holds `loadBalancer`. `skipped` ports are left out, and the user is told.
 */
export type ServicePlan =
  | { readonly kind: "ignore" }
  | { readonly kind: "release"; readonly deleting: boolean }
  | { readonly kind: "wait"; readonly message: string }
  | { readonly kind: "refuse"; readonly skipped: readonly SkippedPort[] }
  | {
    readonly kind: "serve";
    readonly loadBalancer: LoadBalancer;
    readonly skipped: readonly SkippedPort[];
  };

/** Finalizers that hold a Service for the CCM: ours and the one of old upstream versions. */
export const serviceFinalizers: readonly string[] = [cleanupFinalizer, legacyServiceFinalizer];

/** Decides; the same Service always gives the same plan. */
export function planService(service: Service, options: ServicePlanOptions): ServicePlan {
  const deleting = service.metadata.deletionTimestamp !== undefined;
  if (deleting || !isOurs(service, options)) {
    return isHeld(service) ? { kind: "release", deleting } : { kind: "ignore" };
  }
  const ports = servicePorts(service, options.cloudProvider ? "nodePort" : "servicePort");
  if (ports.waiting.length > 0) {
    return { kind: "wait", message: `ports without a node port yet: ${ports.waiting.join(", ")}` };
  }
  if (ports.ports.length === 0) return { kind: "refuse", skipped: ports.skipped };

  const addresses = options.cloudProvider ? undefined : ingressAddresses(service);
  if (addresses?.length === 0) {
    return { kind: "wait", message: "the Service's own load balancer has given no address yet" };
  }
  const { tenantNamespace } = options;
  const loadBalancer = desiredLoadBalancer(service, {
    tenantNamespace,
    ports,
    ...(addresses && { addresses }),
  });
  return { kind: "serve", loadBalancer, skipped: ports.skipped };
}

function isHeld(service: Service): boolean {
  return service.metadata.finalizers?.some((name) => serviceFinalizers.includes(name)) ?? false;
}

/** What another load balancer implementation published: the endpoints when KubeLB stands in front. */
function ingressAddresses(service: Service): EndpointAddress[] {
  return (service.status?.loadBalancer?.ingress ?? []).flatMap<EndpointAddress>((
    { ip, hostname },
  ) => ip ? [{ ip }] : hostname ? [{ hostname }] : []);
}

/** Whether KubeLB serves this Service now. */
export function isServed(service: Service, options: ServicePlanOptions): boolean {
  return planService(service, options).kind === "serve";
}
