/**
 * Whether an object already is what it should be.
 *
 * @module
 */
import { semanticEqual } from "../../../kube/semantic_equal.ts";

/**
 * Whether `actual` holds every field of `desired` with the same value. Fields that only `actual`
 * has are others' business. Lists of owner references hold the desired ones; other lists are equal.
 */
export function contains(actual: unknown, desired: unknown, field = ""): boolean {
  if (Array.isArray(desired)) {
    if (field !== "ownerReferences") return semanticEqual(actual, desired);
    return Array.isArray(actual) &&
      desired.every((wanted) => actual.some((present) => contains(present, wanted)));
  }
  if (typeof desired !== "object" || desired === null) return actual === desired;
  if (typeof actual !== "object" || actual === null) return semanticEqual(actual, desired);
  return Object.entries(desired).every(([name, value]) =>
    value === undefined || contains((actual as Record<string, unknown>)[name], value, name)
  );
}
