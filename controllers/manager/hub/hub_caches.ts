/**
 * What the manager follows in the hub.
 *
 * @module
 */
import { type Namespace, namespaces, type Service, services } from "../../../apis/core/v1.ts";
import {
  hubServiceName,
  loadBalancerNameLabel,
  managedByLabel,
  managedByValue,
} from "../../../apis/kubelb/names.ts";
import {
  type Addresses,
  addresses,
  type Config,
  configs,
  type LoadBalancer,
  loadBalancers,
  type Tenant,
  tenants,
} from "../../../apis/kubelb/v1alpha1/mod.ts";
import type { Informers } from "../../../kube/informers.ts";
import type { ObjectCache } from "../../../kube/object_cache.ts";
import { isControlledBy } from "../../../kube/owner_reference.ts";
import { keepOwnFields } from "./owned_fields.ts";

/** The caches that several controllers share. */
export interface HubCaches {
  readonly tenants: ObjectCache<Tenant>;
  /** Only `default` in the manager's namespace. */
  readonly configs: ObjectCache<Config>;
  /** Namespaces of tenants: those with the managed-by label. */
  readonly namespaces: ObjectCache<Namespace>;
  /** Index {@linkcode byAddresses}. */
  readonly loadBalancers: ObjectCache<LoadBalancer>;
  readonly addresses: ObjectCache<Addresses>;
  /**
   * All Services of the hub, not only ours: a foreign Service that has the name of a hub Service
   * must be seen, and left alone.
   */
  readonly services: ObjectCache<Service>;
}

/** Index of load balancers by the Addresses objects they refer to: `namespace/name`. */
export const byAddresses = "addresses";

/** Selects what carries the managed-by label. */
export const managedSelector = `${managedByLabel}=${managedByValue}`;

/** Registers the informers of the shared caches. */
export function hubCaches(informers: Informers, managerNamespace: string): HubCaches {
  return {
    tenants: informers.informer(tenants).cache,
    configs: informers.informer(configs, {
      namespace: managerNamespace,
      fieldSelector: "metadata.name=default",
    }).cache,
    namespaces: informers.informer(namespaces, { labelSelector: managedSelector }).cache,
    loadBalancers: informers.informer(loadBalancers, {
      indexers: { [byAddresses]: referredAddresses },
    }).cache,
    addresses: informers.informer(addresses).cache,
    services: informers.informer(services, { transform: keepOwnFields }).cache,
  };
}

function referredAddresses({ metadata, spec }: LoadBalancer): string[] {
  return spec.endpoints.flatMap(({ addressesReference: reference }) =>
    reference?.name ? [`${metadata.namespace}/${reference.name}`] : []
  );
}

/** The key of the LoadBalancer that a hub Service was made for; undefined for other Services. */
export function loadBalancerKeyOf(service: Service): string | undefined {
  const { labels = {}, namespace } = service.metadata;
  const name = labels[loadBalancerNameLabel];
  return name && labels[managedByLabel] === managedByValue ? `${namespace}/${name}` : undefined;
}

/** The same as a list, for those who watch hub Services. */
export function loadBalancerKeysOf(service: Service): string[] {
  const key = loadBalancerKeyOf(service);
  return key === undefined ? [] : [key];
}

/**
 * The hub Service of a load balancer, if it was made for it; even one that is being deleted. Its
 * owner says so too when somebody took its labels away, which then come back.
 */
export function hubServiceOf(
  services: ObjectCache<Service>,
  loadBalancer: LoadBalancer,
): Service | undefined {
  const { namespace, name } = loadBalancer.metadata;
  const service = services.get(`${namespace}/${hubServiceName(name)}`);
  if (service === undefined) return undefined;
  const ours = loadBalancerKeyOf(service) === `${namespace}/${name}` ||
    isControlledBy(service, loadBalancer);
  return ours ? service : undefined;
}

/** The same, unless it is being deleted. */
export function liveHubService(
  services: ObjectCache<Service>,
  loadBalancer: LoadBalancer,
): Service | undefined {
  const service = hubServiceOf(services, loadBalancer);
  return service?.metadata.deletionTimestamp === undefined ? service : undefined;
}
