/**
 * Whether server-side apply would change anything, decided without asking. Pure.
 *
 * @module
 */
import { semanticEqual } from "../../kube/semantic_equal.ts";

/**
 * The paths at which `actual` does not hold what `desired` says: `spec.ports`. Objects are compared
 * field by field, so what others added is no difference; lists are compared whole, and
 * an empty list or mapping equals an absent one.
 *
 * @param path prefix of the paths that are returned.
 */
export function differences(desired: unknown, actual: unknown, path = ""): string[] {
  if (!isObject(desired)) return semanticEqual(desired, actual) ? [] : [path];
  // An empty object is applied as such only by kinds that have one; none of ours means anything.
  const fields = isObject(actual) ? actual : {};
  return Object.entries(desired).flatMap(([key, value]) =>
    value === undefined ? [] : differences(value, fields[key], path ? `${path}.${key}` : key)
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
