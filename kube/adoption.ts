/**
 * Taking over objects that another program wrote, so that later removals prune. Pure.
 *
 * Upstream's manager and CCM write with plain updates: server-side apply would leave every field that it wrote and we
 * do not want with its old owner, for ever. As client-go's `csaupgrade` does, its ownership is moved
 * to us first; then our next apply removes what it does not name.
 *
 * @module
 */
import type { KubeObject, ManagedFieldsEntry } from "../apis/meta/v1.ts";

type Fields = Record<string, unknown>;

/** Whether the object may hold fields of a previous owner: we never applied it. */
export function needsAdoption(object: KubeObject, fieldManager: string): boolean {
  return !(object.metadata.managedFields ?? []).some((entry) => isOurs(entry, fieldManager));
}

/**
 * `managedFields` with the previous owner's entries joined into ours, or `undefined` when there are
 * none. The previous owner is whoever wrote `field` with an update: an operator who tunes other
 * fields keeps them.
 *
 * @param field a path that only the previous owner writes, e.g. `["spec", "endpoints"]`.
 */
export function adoptedManagedFields(
  object: KubeObject,
  fieldManager: string,
  field: readonly string[],
): ManagedFieldsEntry[] | undefined {
  const entries = object.metadata.managedFields ?? [];
  const previous = entries.filter((entry) => isUpdateOf(entry, field));
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

/** A JSON patch that puts them in place, unless somebody else writes the object meanwhile. */
export function managedFieldsPatch(
  { metadata }: KubeObject,
  managedFields: readonly ManagedFieldsEntry[],
): readonly unknown[] {
  return [
    { op: "replace", path: "/metadata/managedFields", value: managedFields },
    { op: "replace", path: "/metadata/resourceVersion", value: metadata.resourceVersion },
  ];
}

function isOurs(entry: ManagedFieldsEntry, fieldManager: string): boolean {
  return entry.manager === fieldManager && entry.operation === "Apply" && !entry.subresource;
}

function isUpdateOf(
  { operation, subresource, fieldsV1 }: ManagedFieldsEntry,
  field: readonly string[],
) {
  if (operation !== "Update" || subresource) return false;
  let below: unknown = fieldsV1;
  for (const name of field) below = (below as Fields | undefined)?.[`f:${name}`];
  return below !== undefined;
}

/** The union of two field sets: both are trees of the same keys. */
function join(left: Fields, right: Fields): Fields {
  const joined = { ...left };
  for (const [key, value] of Object.entries(right)) {
    joined[key] = join((joined[key] ?? {}) as Fields, value as Fields);
  }
  return joined;
}
