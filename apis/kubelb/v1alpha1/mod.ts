/**
 * `kubelb.k8c.io/v1alpha1`: the custom resources between a tenant cluster and its hub.
 *
 * @module
 */

import type { KubeObject } from "../../meta/v1.ts";
import type { CustomResource } from "../../schema/mod.ts";
import { addressesResource } from "./addresses.ts";
import { configResource } from "./config.ts";
import { loadBalancerResource } from "./load_balancer.ts";
import { routeResource } from "./route.ts";
import { syncSecretResource } from "./sync_secret.ts";
import { tenantResource } from "./tenant.ts";
import { tenantStateResource } from "./tenant_state.ts";

export * from "./addresses.ts";
export * from "./annotation_settings.ts";
export * from "./config.ts";
export * from "./endpoints.ts";
export * from "./envoy_proxy.ts";
export * from "./group.ts";
export * from "./load_balancer.ts";
export * from "./route.ts";
export * from "./sync_secret.ts";
export * from "./tenant.ts";
export * from "./tenant_state.ts";
export * from "./version_info.ts";

/** All kinds, in the order of the manifests. */
export const customResources: readonly CustomResource<KubeObject>[] = [
  addressesResource,
  configResource,
  loadBalancerResource,
  routeResource,
  syncSecretResource,
  tenantResource,
  tenantStateResource,
];
