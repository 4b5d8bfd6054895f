/**
 * Owner references: what the garbage collector follows.
 *
 * @module
 */
import { keyOf, type KubeObject, type OwnerReference } from "../apis/meta/v1.ts";

/**
 * The reference that makes `owner` an owner of `dependent`: the dependent goes when its last owner
 * has gone.
 *
 * @throws when the garbage collector would not honour it: an owner without a uid, or in another
 *   namespace (it would delete the dependent as an orphan).
 */
export function ownerReference(
  owner: KubeObject,
  dependent: { readonly namespace?: string | undefined },
): OwnerReference {
  const { apiVersion, kind, metadata: { uid, name, namespace } } = owner;
  const where = `${kind} ${keyOf(owner.metadata)}`;
  if (!uid) throw new Error(`${where} has no uid: it cannot own anything before it is created`);
  if (namespace && namespace !== dependent.namespace) {
    throw new Error(`${where} cannot own an object in namespace "${dependent.namespace ?? ""}"`);
  }
  return { apiVersion, kind, name, uid };
}

/** How a controller's reference is made. */
export interface ControllerReferenceOptions {
  /**
   * Whether a foreground deletion of the owner waits for the dependent. Setting it needs permission
   * to update the owner's finalizers where the API server enforces that. Default true, as in
   * controller-runtime.
   */
  readonly blockOwnerDeletion?: boolean;
}

/**
 * The reference that makes `owner` the one controller of `dependent`.
 *
 * @throws as {@linkcode ownerReference}.
 */
export function controllerReference(
  owner: KubeObject,
  dependent: { readonly namespace?: string | undefined },
  { blockOwnerDeletion = true }: ControllerReferenceOptions = {},
): OwnerReference {
  const reference = { ...ownerReference(owner, dependent), controller: true };
  return blockOwnerDeletion ? { ...reference, blockOwnerDeletion } : reference;
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
