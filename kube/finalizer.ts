/**
 * Finalizers: the promise that something outside is cleaned up before an object goes.
 *
 * @module
 */
import type { KubeObject, ResourceType } from "../apis/meta/v1.ts";
import { isApiError } from "./api_error.ts";
import type { CallOptions, KubeClient } from "./client.ts";

/** Whether `object` carries `finalizer`. */
export function hasFinalizer(object: KubeObject, finalizer: string): boolean {
  return object.metadata.finalizers?.includes(finalizer) ?? false;
}

/** Whether `object` is on its way out: only cleaning up is allowed then. */
function isBeingDeleted(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}

/**
 * Makes sure that `object` carries `finalizer`; writes only when it does not.
 *
 * @returns the object as it is now.
 * @throws {ApiError} `Conflict` when the object changed since it was read; `Invalid` when it is
 *   being deleted (the API server refuses new finalizers then).
 */
export function addFinalizer<T extends KubeObject>(
  client: Pick<KubeClient, "patch">,
  type: ResourceType<T>,
  object: T,
  finalizer: string,
  options: CallOptions = {},
): Promise<T> {
  if (hasFinalizer(object, finalizer)) return Promise.resolve(object);
  const finalizers = [...object.metadata.finalizers ?? [], finalizer];
  return patchFinalizers(client, type, object, finalizers, options);
}

/**
 * Takes `finalizer` off `object`; writes only when it is there.
 *
 * @returns the object as it is now, or `undefined` when that was the last finalizer of an object
 *   being deleted, or it was gone already.
 * @throws {ApiError} `Conflict` when the object changed since it was read.
 */
export async function removeFinalizer<T extends KubeObject>(
  client: Pick<KubeClient, "patch">,
  type: ResourceType<T>,
  object: T,
  finalizer: string,
  options: CallOptions = {},
): Promise<T | undefined> {
  if (!hasFinalizer(object, finalizer)) return object;
  const finalizers = object.metadata.finalizers!.filter((name) => name !== finalizer);
  try {
    const answer = await patchFinalizers(client, type, object, finalizers, options);
    return isBeingDeleted(answer) && finalizers.length === 0 ? undefined : answer;
  } catch (error) {
    if (isApiError(error, "NotFound")) return undefined;
    throw error;
  }
}

/** A merge patch replaces the whole list, hence the resourceVersion that guards it. */
function patchFinalizers<T extends KubeObject>(
  client: Pick<KubeClient, "patch">,
  type: ResourceType<T>,
  { metadata }: T,
  finalizers: string[],
  options: CallOptions,
): Promise<T> {
  const { resourceVersion } = metadata;
  return client.patch(
    type,
    metadata,
    { merge: { metadata: { finalizers, resourceVersion } } },
    options,
  );
}
