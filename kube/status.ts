/**
 * The one way to write a status.
 *
 * @module
 */
import type { KubeObject, ResourceType } from "../apis/meta/v1.ts";
import type { Applied, CallOptions, KubeClient } from "./client.ts";
import { semanticEqual } from "./semantic_equal.ts";

/** An object that has a status. */
export type WithStatus = KubeObject & { status?: object };

/** Who writes the status. */
export interface ApplyStatusOptions extends CallOptions {
  /** One per controller. */
  readonly fieldManager: string;
}

/**
 * Makes `status` the status that `object` has, by server-side apply on the status subresource. Does
 * not write when the object as given says the same already.
 *
 * `status` is everything that this field manager says: what it leaves out is pruned if this manager
 * wrote it before. Equality is judged on the fields that `status` names, so that fields of other
 * managers do not cause writes; `pruned` names the fields to judge although they are absent.
 *
 * @param object the object as last read: give it from the cache, and hand the result to
 *   `cache.observe`.
 * @returns the object with its new status, or `object` itself when nothing was written.
 */
export async function applyStatus<T extends WithStatus>(
  client: Pick<KubeClient, "apply">,
  type: ResourceType<T>,
  object: T,
  status: NonNullable<T["status"]>,
  options: ApplyStatusOptions,
): Promise<T> {
  if (semanticEqual(object.status, status)) return object;
  const { name, namespace, uid } = object.metadata;
  const body = {
    // The uid makes the write fail, instead of landing on an object created anew with that name.
    metadata: { name, ...(namespace ? { namespace } : {}), ...(uid ? { uid } : {}) },
    status,
  } as unknown as Applied<T>;
  return await client.apply(type, body, { ...options, subresource: "status" });
}
