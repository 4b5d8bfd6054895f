/**
 * What `metadata.managedFields` says about our own fields. Pure.
 *
 * @module
 */
import type { KubeObject, ManagedFieldsEntry } from "../../apis/meta/v1.ts";

/**
 * The paths that `fieldManager` owns by server-side apply and does not want any more: the server
 * removes them on the next apply, so one is due. A list that is owned element by element
 * (finalizers) counts as one path.
 */
export function ownedButUndesired(
  object: KubeObject,
  desired: unknown,
  fieldManager: string,
): string[] {
  const entry = object.metadata.managedFields?.find((candidate) =>
    candidate.manager === fieldManager && candidate.operation === "Apply" && !candidate.subresource
  );
  return entry?.fieldsV1 === undefined ? [] : undesired(entry.fieldsV1, desired, "");
}

/** `fieldsV1` is a tree: `f:name` is a field, `.` the object itself, `k:` and `v:` list elements. */
function undesired(owned: Record<string, unknown>, desired: unknown, path: string): string[] {
  return Object.entries(owned).flatMap(([key, children]) => {
    if (!key.startsWith("f:")) return [];
    const field = key.slice(2);
    const below = path ? `${path}.${field}` : field;
    const value = (desired as Record<string, unknown> | undefined)?.[field];
    if (value === undefined) return [below];
    return Array.isArray(value) ? [] : undesired(children as Record<string, unknown>, value, below);
  });
}

const shared = new Map<string, ManagedFieldsEntry["fieldsV1"]>();

/**
 * Keeps of `managedFields` what {@linkcode ownedButUndesired} and adoption read: our own entry, and
 * of others the name. A thousand LoadBalancers have nearly the same entry; they share one copy.
 */
export function slimManagedFields<T extends KubeObject>(object: T, fieldManager: string): T {
  const managedFields = object.metadata.managedFields?.map((entry): ManagedFieldsEntry => {
    const { fieldsV1, time: _, ...rest } = entry;
    const ours = entry.manager === fieldManager && entry.operation === "Apply";
    return ours && !entry.subresource && fieldsV1 ? { ...rest, fieldsV1: share(fieldsV1) } : rest;
  });
  return managedFields === undefined
    ? object
    : { ...object, metadata: { ...object.metadata, managedFields } };
}

function share(fields: Record<string, unknown>): Record<string, unknown> {
  const key = JSON.stringify(fields);
  const known = shared.get(key);
  if (known !== undefined) return known;
  // Annotation names vary without bound; forgetting all now and then only costs some sharing.
  if (shared.size >= 256) shared.clear();
  shared.set(key, fields);
  return fields;
}
