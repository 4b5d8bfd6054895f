/**
 * Whether server-side apply would change anything, decided without asking. Pure.
 *
 * @module
 */
import { semanticEqual } from "./semantic_equal.ts";

/**
 * The paths at which `actual` does not hold what `desired` says: `spec.ports`; empty when applying
 * `desired` would change nothing. Objects are compared field by field, so what others added is no
 * difference. Lists are compared whole, but for owner references, which the API server merges by
 * uid: further owners are others' business too. An empty list or mapping equals an absent one.
 *
 * What was applied earlier and is no longer desired is not seen: `desired` alone cannot tell it from
 * what others added.
 *
 * @param path prefix of the paths that are returned.
 */
export function applyDifferences(desired: unknown, actual: unknown, path = ""): string[] {
  if (Array.isArray(desired) && isOwnerReferences(path)) {
    return holdsOwners(desired, actual) ? [] : [path];
  }
  if (!isObject(desired)) return semanticEqual(desired, actual) ? [] : [path];
  // A desired object without fields is no wish: nothing that we apply means something by being there
  // and empty, as `emptyDir: {}` does in a Pod.
  const fields = isObject(actual) ? actual : {};
  return Object.entries(desired).flatMap(([key, value]) =>
    value === undefined ? [] : applyDifferences(value, fields[key], path ? `${path}.${key}` : key)
  );
}

function isOwnerReferences(path: string): boolean {
  return path === "ownerReferences" || path.endsWith(".ownerReferences");
}

function holdsOwners(desired: readonly unknown[], actual: unknown): boolean {
  const present: readonly unknown[] = Array.isArray(actual) ? actual : [];
  return desired.every((wanted) =>
    present.some((owner) => applyDifferences(wanted, owner).length === 0)
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
