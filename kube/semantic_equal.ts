/**
 * Whether two pieces of an object mean the same to the API server.
 *
 * @module
 */

/**
 * Deep equality in which an absent field, `undefined`, `null`, an empty list and an empty mapping
 * are one and the same, as in apimachinery's `equality.Semantic`: the API server drops empty fields
 * when it stores an object, and a controller must not take that for a change. Order in lists counts.
 */
export function semanticEqual(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (isEmpty(left) || isEmpty(right)) return isEmpty(left) && isEmpty(right);
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length &&
      left.every((item, index) => semanticEqual(item, right[index]));
  }
  if (!isMapping(left) || !isMapping(right)) return false;
  for (const key of Object.keys(left)) if (!semanticEqual(left[key], right[key])) return false;
  for (const key of Object.keys(right)) {
    if (!(key in left) && !isEmpty(right[key])) return false;
  }
  return true;
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  // A mapping whose fields are all empty is empty: {conditions: []} is no status.
  return typeof value === "object" && Object.values(value).every(isEmpty);
}
