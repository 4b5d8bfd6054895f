/**
 * From services to encoded resources.
 *
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import type { Service } from "../../../apis/core/v1.ts";
import type { ObjectName } from "../../../apis/meta/v1.ts";
import { typeUrls } from "../../../envoy/proto/mod.ts";
import type { L4Service } from "../../../envoy/translate/l4_service.ts";
import { translateEndpoints, translateL4Service } from "../../../envoy/translate/mod.ts";
import type { TranslatedResource } from "../../../envoy/translate/translated_resource.ts";
import { encodeResource, type Resource } from "../../../envoy/xds/resource.ts";
import type { ResourceName } from "../../../envoy/xds/withheld_names.ts";
import { portKey } from "../loadbalancer/hub_service.ts";

/** Services and what was made of them. */
export interface Translated {
  readonly services: readonly L4Service[];
  readonly resources: readonly Resource[];
}

/**
 * The resources of all front ports of one load balancer.
 *
 * @param before what was made of it last: where only endpoints have changed, the rest is taken from
 *   there. A change of the tenant's nodes concerns every load balancer, and costs a third so.
 */
export function resourcesOf(services: readonly L4Service[], before?: Translated): Resource[] {
  return services.flatMap((service) => {
    const known = before?.services.find(({ name }) => name === service.name);
    return known && before && sameFrontPort(known, service)
      ? withEndpointsOf(service, before.resources)
      : translateL4Service(service).map(encode);
  });
}

function encode({ typeUrl, name, message }: TranslatedResource): Resource {
  return encodeResource(typeUrl, name, message);
}

function sameFrontPort(a: L4Service, b: L4Service): boolean {
  return isDeepStrictEqual({ ...a, endpoints: [] }, { ...b, endpoints: [] });
}

function withEndpointsOf(service: L4Service, before: readonly Resource[]): Resource[] {
  return before.filter(({ name }) => name === service.name).map((resource) =>
    resource.typeUrl === typeUrls.endpoint ? encode(translateEndpoints(service)) : resource
  );
}

/** The name of a front port: of its {@linkcode L4Service} and so of its resources. */
export function serviceNameOf(
  { namespace, name }: ObjectName,
  port: { readonly protocol?: string; readonly port: number },
): string {
  return `${namespace}/${name}/${portKey(port)}`;
}

/**
 * All resources that an earlier manager may have made of a load balancer. The ports of its hub
 * Service are those that were served last, whatever its spec says by now.
 */
export function resourceNamesOf(
  loadBalancer: ObjectName,
  hubService: Service | undefined,
): ResourceName[] {
  return (hubService?.spec.ports ?? []).flatMap((port) => {
    const name = serviceNameOf(loadBalancer, port);
    return [typeUrls.cluster, typeUrls.endpoint, typeUrls.listener]
      .map((typeUrl) => ({ typeUrl, name }));
  });
}

/** The key of the object that a resource belongs to: the first two parts of its name. */
export function ownerKeyOf(resourceName: string): string {
  const end = resourceName.indexOf("/", resourceName.indexOf("/") + 1);
  return end < 0 ? resourceName : resourceName.slice(0, end);
}
