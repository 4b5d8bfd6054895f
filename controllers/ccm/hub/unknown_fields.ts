/**
 * Fields that the hub's CustomResourceDefinitions do not have: an upstream hub, or one whose CRDs
 * are older than this CCM. Pure.
 *
 * @module
 */
import { isApiError } from "../../../kube/api_error.ts";

/**
 * The fields of a LoadBalancer's spec that upstream does not have (design §2.1). Only these may be
 * left out; without any other field the object would be something else than the user asked for.
 */
export const additiveFields: readonly string[] = [
  "spec.loadBalancerIP",
  "spec.sourceRanges",
  "spec.healthCheckNodePort",
  "spec.ipFamilies",
  "spec.ipFamilyPolicy",
];

/**
 * The additive fields that a refusal of server-side apply names. The API server answers 500 and
 * `.spec.sourceRanges: field not declared in schema` (structured-merge-diff), where a create would
 * have pruned them silently.
 */
export function undeclaredFields(error: unknown): string[] {
  if (!isApiError(error)) return [];
  const named = error.message.matchAll(/\.([A-Za-z.]+): field not declared in schema/g);
  return [...new Set([...named].map(([, path]) => path!))]
    .filter((path) => additiveFields.includes(path));
}

/** A copy of `object` without the fields at `paths` (two levels: `spec.x`). */
export function withoutFields<T extends { spec: object }>(object: T, paths: Iterable<string>): T {
  const spec: Record<string, unknown> = { ...object.spec };
  for (const path of paths) delete spec[path.slice("spec.".length)];
  return { ...object, spec } as T;
}

/**
 * Whether leaving a field out changes anything for the user. Every Service has a family policy;
 * only one that asks for both families asks for something.
 */
export function matters(path: string, object: { spec: { ipFamilyPolicy?: string } }): boolean {
  const families = path === "spec.ipFamilies" || path === "spec.ipFamilyPolicy";
  return !families || (object.spec.ipFamilyPolicy ?? "SingleStack") !== "SingleStack";
}
