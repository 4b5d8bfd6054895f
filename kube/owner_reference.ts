/**
 * Owner references: what the garbage collector follows.
 *
 * @module
 */
import { keyOf, type KubeObject, type OwnerReference } from "../apis/meta/v1.ts";

/**
 * The reference that makes `owner` the controller of `dependent`.
 *
 * @throws when the garbage collector would not honour it: an owner without a uid, or in another
 *   namespace (it would delete the dependent as an orphan).
 */
export function controllerReference(
  owner: KubeObject,
  dependent: { readonly namespace?: string | undefined },
): OwnerReference {
  const { uid, name, namespace } = owner.metadata;
  const where = `${owner.kind} ${keyOf(owner.metadata)}`;
  if (!uid) throw new Error(`${where} has no uid: it cannot own anything before it is created`);
  if (namespace && namespace !== dependent.namespace) {
    throw new Error(`${where} cannot own an object in namespace "${dependent.namespace ?? ""}"`);
  }
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name,
    uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** The owner that controls `object`, if any. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find(({ controller }) => controller === true);
}

/** Whether `owner` controls `object`. Compares uids: a namesake created later is someone else. */
export function isControlledBy(object: KubeObject, owner: KubeObject): boolean {
  const uid = owner.metadata.uid;
  return uid !== undefined && controllerOf(object)?.uid === uid;
}
