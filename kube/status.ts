/**
 * The one way to write a status.
 *
 * @module
 */
import type { KubeObject, ResourceType } from "../apis/meta/v1.ts";
import { ApiError, isApiError } from "./api_error.ts";
import type { Applied, CallOptions, KubeClient } from "./client.ts";
import { semanticEqual } from "./semantic_equal.ts";
import { withoutDefaults } from "./status_defaults.ts";

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
 * `status` is everything that this field manager says: the server prunes what it leaves out and this
 * manager wrote before.
 *
 * @param object the object as last read, from the cache; hand the result to `cache.observe`.
 * @returns the object with its new status, or `object` itself when nothing was written.
 * @throws {ApiError} `Conflict` when the object was deleted and created anew meanwhile.
 */
export async function applyStatus<T extends WithStatus>(
  client: Pick<KubeClient, "apply">,
  type: ResourceType<T>,
  object: T,
  status: NonNullable<T["status"]>,
  options: ApplyStatusOptions,
): Promise<T> {
  const present = withoutDefaults(type, object.status ?? {});
  if (semanticEqual(present, withoutDefaults(type, status))) return object;
  const { name, namespace, uid } = object.metadata;
  const body = {
    // The uid makes the write fail, instead of landing on an object created anew with that name.
    metadata: { name, ...(namespace ? { namespace } : {}), ...(uid ? { uid } : {}) },
    status,
  } as unknown as Applied<T>;
  try {
    return await client.apply(type, body, { ...options, subresource: "status" });
  } catch (error) {
    throw asConflict(error);
  }
}

/** The API server calls another object's uid an invalid change of this one's. */
function asConflict(error: unknown): unknown {
  if (!isApiError(error, "Invalid") || !error.message.includes("metadata.uid")) return error;
  return new ApiError("Conflict", "the object was deleted and created anew", {
    call: error,
    status: error.status,
    cause: error,
  });
}
