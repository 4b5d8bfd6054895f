/**
 * From services to encoded resources.
 *
 * @module
 */
import type { Service } from "../../../apis/core/v1.ts";
import type { ObjectName } from "../../../apis/meta/v1.ts";
import { typeUrls } from "../../../envoy/proto/mod.ts";
import { translateL4Service } from "../../../envoy/translate/translate_l4_service.ts";
import type { L4Service } from "../../../envoy/translate/l4_service.ts";
import { encodeResource, type Resource } from "../../../envoy/xds/resource.ts";
import type { ResourceName } from "../../../envoy/xds/withheld_names.ts";
import { portKey } from "../loadbalancer/hub_service.ts";

/** The resources of all front ports of one load balancer. */
export function resourcesOf(services: readonly L4Service[]): Resource[] {
  return services.flatMap(translateL4Service).map(({ typeUrl, name, message }) =>
    encodeResource(typeUrl, name, message)
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
  return resourceName.split("/", 2).join("/");
}
