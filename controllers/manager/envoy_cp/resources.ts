/**
 * From services to encoded resources.
 *
 * @module
 */
import { translateL4Service } from "../../../envoy/translate/translate_l4_service.ts";
import type { L4Service } from "../../../envoy/translate/l4_service.ts";
import { encodeResource, type Resource } from "../../../envoy/xds/resource.ts";

/** The resources of all front ports of one load balancer. */
export function resourcesOf(services: readonly L4Service[]): Resource[] {
  return services.flatMap(translateL4Service).map(({ typeUrl, name, message }) =>
    encodeResource(typeUrl, name, message)
  );
}

/** The key of the object that a resource belongs to: the first two parts of its name. */
export function ownerKeyOf(resourceName: string): string {
  return resourceName.split("/", 2).join("/");
}
