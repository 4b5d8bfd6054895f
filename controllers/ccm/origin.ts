/**
 * How objects in the hub say which tenant object they come from. Pure.
 *
 * @module
 */
import type { ObjectMeta } from "../../apis/meta/v1.ts";
import {
  lastAppliedAnnotation,
  originNameLabel,
  originNamespaceLabel,
  tenantLabel,
} from "../../apis/kubelb/names.ts";

/** The longest label value that Kubernetes accepts. */
const maximumLabelLength = 63;

/**
 * Annotations of the hub object: the origin's, without kubectl's copy of the whole object, and the
 * origin's full name where its label had to be shortened.
 */
export function copiedAnnotations(origin: ObjectMeta): Record<string, string> {
  const annotations = { ...origin.annotations };
  delete annotations[lastAppliedAnnotation];
  // Ours to say: a user's annotation must not point at another object.
  delete annotations[originNameLabel];
  if (origin.name.length > maximumLabelLength) annotations[originNameLabel] = origin.name;
  return annotations;
}

/** Labels of the hub object: where it comes from, as upstream writes them. */
export function originLabels(origin: ObjectMeta, tenantNamespace: string): Record<string, string> {
  return {
    [originNamespaceLabel]: origin.namespace ?? "",
    [originNameLabel]: labelValue(origin.name),
    [tenantLabel]: tenantNamespace,
  };
}

/** Where a hub object comes from; `undefined` when it is not the CCM's. */
export function originOf(
  object: { metadata: ObjectMeta },
): { namespace: string; name: string } | undefined {
  const namespace = object.metadata.labels?.[originNamespaceLabel];
  const name = object.metadata.annotations?.[originNameLabel] ??
    object.metadata.labels?.[originNameLabel];
  return namespace && name ? { namespace, name } : undefined;
}

/**
 * Object names may be longer than label values: those are cut and told apart by a hash. (Upstream's
 * create fails there.)
 */
function labelValue(name: string): string {
  if (name.length <= maximumLabelLength) return name;
  const hash = fnv1a(name).toString(16).padStart(8, "0");
  return `${name.slice(0, maximumLabelLength - 9).replace(/[^A-Za-z0-9]+$/, "")}-${hash}`;
}

/** FNV-1a, 32 bits: not for security, only so that two long names rarely share a label. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return hash;
}
