/**
 * URLs of the Kubernetes API.
 *
 * @module
 */
import type { KubeObject, ResourceType } from "../apis/meta/v1.ts";

/** Which object, or collection, of a resource. */
export interface ResourcePlace {
  /** Absent for cluster-scoped resources and for lists over all namespaces. */
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
}

/** Values of a query string; `undefined` ones are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** Path and query of a resource, e.g. `/apis/apps/v1/namespaces/x/deployments/y?dryRun=All`. */
export function resourceTarget<T extends KubeObject>(
  type: ResourceType<T>,
  place: ResourcePlace,
  query: Query = {},
): string {
  const segments = type.group === "" ? ["api", type.version] : ["apis", type.group, type.version];
  if (type.namespaced && place.namespace) segments.push("namespaces", place.namespace);
  segments.push(type.plural);
  if (place.name) segments.push(place.name);
  if (place.subresource) segments.push(place.subresource);
  return "/" + segments.map(encodeURIComponent).join("/") + queryString(query);
}

/** `?a=b&c=d`, or nothing. */
export function queryString(query: Query): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined);
  if (pairs.length === 0) return "";
  return "?" + new URLSearchParams(pairs.map(([key, value]) => [key, String(value)])).toString();
}

/** `plural.group`, as CRDs, RBAC messages and `kubectl` write it. */
export function resourceName<T extends KubeObject>(type: ResourceType<T>): string {
  return type.group === "" ? type.plural : `${type.plural}.${type.group}`;
}
