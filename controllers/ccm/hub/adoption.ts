/**
 * Taking over objects that another CCM wrote, so that later removals prune. Pure.
 *
 * Upstream writes with plain updates: server-side apply would leave every field that it wrote and we
 * do not want with its old owner, for ever. As client-go's `csaupgrade` does, its ownership is moved
 * to us first; then our next apply removes what it does not name.
 *
 * @module
 */
import type { KubeObject, ManagedFieldsEntry } from "../../../apis/meta/v1.ts";

type Fields = Record<string, unknown>;

/** Whether the object may hold fields of a previous CCM: we never applied it. */
export function needsAdoption(object: KubeObject, fieldManager: string): boolean {
  return !(object.metadata.managedFields ?? []).some((entry) => isOurs(entry, fieldManager));
}

/**
 * `managedFields` with the previous CCM's entries joined into ours, or `undefined` when there are
 * none. The previous CCM is whoever wrote `spec.endpoints` with an update: an operator who tunes
 * other fields in the hub keeps them.
 */
export function adoptedManagedFields(
  object: KubeObject,
  fieldManager: string,
): ManagedFieldsEntry[] | undefined {
  const entries = object.metadata.managedFields ?? [];
  const previous = entries.filter(isPreviousCcm);
  if (previous.length === 0) return undefined;
  const ours = entries.find((entry) => isOurs(entry, fieldManager));
  const joined = [ours, ...previous].reduce<Fields>(
    (fields, entry) => join(fields, entry?.fieldsV1 ?? {}),
    {},
  );
  const rest = entries.filter((entry) => entry !== ours && !previous.includes(entry));
  const { apiVersion } = previous[0]!;
  return [...rest, {
    manager: fieldManager,
    operation: "Apply",
    ...(apiVersion && { apiVersion }),
    fieldsType: "FieldsV1",
    fieldsV1: joined,
  }];
}

function isOurs(entry: ManagedFieldsEntry, fieldManager: string): boolean {
  return entry.manager === fieldManager && entry.operation === "Apply" && !entry.subresource;
}

function isPreviousCcm(entry: ManagedFieldsEntry): boolean {
  const spec = entry.fieldsV1?.["f:spec"] as Fields | undefined;
  return entry.operation === "Update" && !entry.subresource && spec?.["f:endpoints"] !== undefined;
}

/** The union of two field sets: both are trees of the same keys. */
function join(left: Fields, right: Fields): Fields {
  const joined = { ...left };
  for (const [key, value] of Object.entries(right)) {
    joined[key] = join((joined[key] ?? {}) as Fields, value as Fields);
  }
  return joined;
}
