/**
 * The list of this group's kinds, for what concerns all of them: manifests and checks.
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
