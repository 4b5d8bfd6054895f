/**
 * `kubelb.k8c.io/v1alpha1`: the custom resources between a tenant cluster and its hub.
 *
 * @module
 */

export * from "./addresses.ts";
export * from "./annotation_settings.ts";
export * from "./config.ts";
export * from "./custom_resources.ts";
export * from "./endpoints.ts";
export * from "./envoy_proxy.ts";
export * from "./group.ts";
export * from "./load_balancer.ts";
export * from "./route.ts";
export * from "./sync_secret.ts";
export * from "./tenant.ts";
export * from "./tenant_state.ts";
export * from "./version_info.ts";
