/**
 * Which annotations of an object are ours, as the API server's `managedFields` tell.
 *
 * @module
 */
import type { KubeObject, ManagedFieldsEntry } from "../../../apis/meta/v1.ts";

/** The field manager of hub Services. */
export const loadBalancerFieldManager = "kubelb-loadbalancer";

/**
 * For caches: drops `managedFields` but for our own annotations. They are needed to see that an
 * annotation of ours is no longer wanted; all the rest would double the memory of a cache.
 */
export function keepOwnFields<T extends KubeObject>(object: T): T {
  const kept = (object.metadata.managedFields ?? []).flatMap(reduced);
  if (kept.length > 0) object.metadata.managedFields = kept;
  else delete object.metadata.managedFields;
  return object;
}

function reduced(entry: ManagedFieldsEntry): ManagedFieldsEntry[] {
  const keys = entry.manager === loadBalancerFieldManager ? annotationKeys(entry) : [];
  if (keys.length === 0) return [];
  const fields = Object.fromEntries(keys.map((key) => [`f:${key}`, {}]));
  return [{
    manager: loadBalancerFieldManager,
    fieldsV1: { "f:metadata": { "f:annotations": fields } },
  }];
}

/** The keys of the annotations that we applied to `object`. */
export function ownedAnnotations(object: KubeObject): ReadonlySet<string> {
  const entries = object.metadata.managedFields ?? [];
  const ours = entries.filter((entry) => entry.manager === loadBalancerFieldManager);
  return new Set(ours.flatMap(annotationKeys));
}

function annotationKeys(entry: ManagedFieldsEntry): string[] {
  const metadata = entry.fieldsV1?.["f:metadata"] as Record<string, unknown> | undefined;
  const annotations = metadata?.["f:annotations"] ?? {};
  return Object.keys(annotations).filter((key) => key.startsWith("f:")).map((key) => key.slice(2));
}
