/**
 * What the manager makes for tenants, followed so that drift is healed.
 *
 * @module
 */
import {
  type Secret,
  secrets,
  type ServiceAccount,
  serviceAccounts,
} from "../../../apis/core/v1.ts";
import {
  type EndpointSlice,
  endpointSlices,
  serviceNameLabel,
} from "../../../apis/discovery/v1.ts";
import { ccmKubeconfigSecretName, ccmName } from "../../../apis/kubelb/names.ts";
import { type TenantState, tenantStates } from "../../../apis/kubelb/v1alpha1/mod.ts";
import { type Role, type RoleBinding, roleBindings, roles } from "../../../apis/rbac/v1.ts";
import type { Informers } from "../../../kube/informers.ts";
import type { ObjectCache } from "../../../kube/object_cache.ts";

/** The caches of the tenant controller. */
export interface TenantCaches {
  readonly serviceAccounts: ObjectCache<ServiceAccount>;
  readonly roles: ObjectCache<Role>;
  readonly roleBindings: ObjectCache<RoleBinding>;
  readonly tokenSecrets: ObjectCache<Secret>;
  readonly kubeconfigSecrets: ObjectCache<Secret>;
  readonly tenantStates: ObjectCache<TenantState>;
  /** Those of Service `default/kubernetes`. */
  readonly apiServers: ObjectCache<EndpointSlice>;
}

/**
 * Registers the informers. They select by name, not by label: RBAC then lets the manager read the
 * Secrets of this name only, in whatever namespace.
 */
export function tenantCaches(informers: Informers): TenantCaches {
  const fieldSelector = `metadata.name=${ccmName}`;
  return {
    serviceAccounts: informers.informer(serviceAccounts, { fieldSelector }).cache,
    roles: informers.informer(roles, { fieldSelector }).cache,
    roleBindings: informers.informer(roleBindings, { fieldSelector }).cache,
    tokenSecrets: informers.informer(secrets, { fieldSelector }).cache,
    kubeconfigSecrets: informers.informer(secrets, {
      fieldSelector: `metadata.name=${ccmKubeconfigSecretName}`,
    }).cache,
    tenantStates: informers.informer(tenantStates).cache,
    apiServers: informers.informer(endpointSlices, {
      namespace: "default",
      labelSelector: `${serviceNameLabel}=kubernetes`,
    }).cache,
  };
}
