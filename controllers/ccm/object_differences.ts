/**
 * Whether server-side apply would change anything, decided without asking. Pure.
 *
 * @module
 */

/**
 * The paths at which `actual` does not hold what `desired` says: `spec.ports`. Objects are compared
 * field by field, so what others added is no difference; lists are compared whole.
 *
 * @param path prefix of the paths that are returned.
 */
export function differences(desired: unknown, actual: unknown, path = ""): string[] {
  if (!isObject(desired)) return deepEqual(desired, actual) ? [] : [path];
  // An empty object is applied as such only by kinds that have one; none of ours means anything.
  const fields = isObject(actual) ? actual : {};
  return Object.entries(desired).flatMap(([key, value]) =>
    value === undefined ? [] : differences(value, fields[key], path ? `${path}.${key}` : key)
  );
}

/** Equality of JSON values; an absent field equals one that is `undefined`. */
export function deepEqual(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true;
  if (Array.isArray(left)) {
    return Array.isArray(right) && left.length === right.length &&
      left.every((item, index) => deepEqual(item, right[index]));
  }
  if (!isObject(left) || !isObject(right)) return false;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every((key) => deepEqual(left[key], right[key]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
