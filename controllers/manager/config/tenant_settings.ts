/**
 * What holds for one tenant: the Config of the hub with the Tenant's own settings over it.
 *
 * @module
 */
import type { ConfigSpec, TenantSpec } from "../../../apis/kubelb/v1alpha1/mod.ts";
import { type AnnotationSettings, resolveAnnotationSettings } from "../annotations/propagation.ts";

/** The effective settings of a tenant. */
export interface TenantSettings {
  readonly annotations: AnnotationSettings;
  readonly loadBalancer: {
    /** Set by Config or by Tenant: either may switch it off, neither can switch it on again. */
    readonly disabled: boolean;
    /** `loadBalancerClass` of hub Services; absent leaves the choice to the runtime. */
    readonly class?: string;
  };
}

/**
 * Combines the two. A hub without a `Config` object has an empty one.
 *
 * @example
 * ```ts
 * import { resolveTenantSettings } from "./tenant_settings.ts";
 * const settings = resolveTenantSettings({ loadBalancer: { class: "metallb" } }, {});
 * console.assert(settings.loadBalancer.class === "metallb");
 * ```
 */
export function resolveTenantSettings(config: ConfigSpec, tenant: TenantSpec): TenantSettings {
  const chosenClass = tenant.loadBalancer?.class ?? config.loadBalancer?.class;
  const disabled = config.loadBalancer?.disable === true || tenant.loadBalancer?.disable === true;
  return {
    annotations: resolveAnnotationSettings(tenant, config),
    loadBalancer: { disabled, ...(chosenClass && { class: chosenClass }) },
  };
}
