/**
 * What the manager makes for tenants, followed so that drift is healed.
 *
 * @module
 */
import {
  type ConfigMap,
  configMaps,
  type Secret,
  secrets,
  type ServiceAccount,
  serviceAccounts,
} from "../../../apis/core/v1.ts";
import { type EndpointSlice, endpointSlices } from "../../../apis/discovery/v1.ts";
import { type TenantState, tenantStates } from "../../../apis/kubelb/v1alpha1/mod.ts";
import { type Role, type RoleBinding, roleBindings, roles } from "../../../apis/rbac/v1.ts";
import type { Informers } from "../../../kube/informers.ts";
import type { ObjectCache } from "../../../kube/object_cache.ts";
import { managedSelector } from "../hub/hub_caches.ts";

/** The caches of the tenant controller. All but the last two hold what carries our label. */
export interface TenantCaches {
  readonly serviceAccounts: ObjectCache<ServiceAccount>;
  readonly roles: ObjectCache<Role>;
  readonly roleBindings: ObjectCache<RoleBinding>;
  readonly secrets: ObjectCache<Secret>;
  readonly tenantStates: ObjectCache<TenantState>;
  /** `kube-public/cluster-info`. */
  readonly clusterInfo: ObjectCache<ConfigMap>;
  /** `default/kubernetes`. */
  readonly kubernetesEndpoints: ObjectCache<EndpointSlice>;
}

/** Registers the informers. */
export function tenantCaches(informers: Informers): TenantCaches {
  const labelSelector = managedSelector;
  return {
    serviceAccounts: informers.informer(serviceAccounts, { labelSelector }).cache,
    roles: informers.informer(roles, { labelSelector }).cache,
    roleBindings: informers.informer(roleBindings, { labelSelector }).cache,
    secrets: informers.informer(secrets, { labelSelector }).cache,
    tenantStates: informers.informer(tenantStates).cache,
    clusterInfo: informers.informer(configMaps, {
      namespace: "kube-public",
      fieldSelector: "metadata.name=cluster-info",
    }).cache,
    kubernetesEndpoints: informers.informer(endpointSlices, {
      namespace: "default",
      labelSelector: "kubernetes.io/service-name=kubernetes",
    }).cache,
  };
}
