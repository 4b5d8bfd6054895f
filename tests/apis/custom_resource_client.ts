/**
 * Writes custom resources as an administrator, and tells a refusal from a failure.
 *
 * @module
 */

import { apiVersionOf, type KubeObject } from "../../apis/meta/v1.ts";
import type { CustomResource } from "../../apis/schema/mod.ts";
import { AdminError, type ControlPlane } from "../harness/mod.ts";

/** What the API server made of an object. */
export type Answer =
  | { readonly accepted: true; readonly object: Fields }
  | { readonly accepted: false; readonly message: string };

/** The fields of an object. */
export type Fields = Record<string, unknown>;

/** The path of a resource's collection, in `default` when it is namespaced. */
export function collectionOf<T extends KubeObject>({ type }: CustomResource<T>): string {
  const namespace = type.namespaced ? "/namespaces/default" : "";
  return `/apis/${apiVersionOf(type)}${namespace}/${type.plural}`;
}

/** Creates an object, under a name of its own unless `fields` has metadata; answers it as stored. */
export async function create<T extends KubeObject>(
  plane: ControlPlane,
  resource: CustomResource<T>,
  fields: Fields,
): Promise<KubeObject> {
  const object = objectOf(resource, fields);
  return await plane.admin.request<KubeObject>("POST", collectionOf(resource), object);
}

/** Whether the API server would create the object, and as what; nothing is stored. */
export function tryCreate<T extends KubeObject>(
  plane: ControlPlane,
  resource: CustomResource<T>,
  fields: Fields,
): Promise<Answer> {
  const path = `${collectionOf(resource)}?dryRun=All`;
  return answerOf(plane.admin.request("POST", path, objectOf(resource, fields)));
}

/** Whether an object that exists could have this status; nothing is stored. */
export function tryStatus<T extends KubeObject>(
  plane: ControlPlane,
  resource: CustomResource<T>,
  object: KubeObject,
  status: unknown,
): Promise<Answer> {
  const path = `${collectionOf(resource)}/${object.metadata.name}/status?dryRun=All`;
  return answerOf(plane.admin.request("PUT", path, { ...object, status }));
}

function objectOf<T extends KubeObject>({ type }: CustomResource<T>, fields: Fields): Fields {
  const metadata = { generateName: "sample-" };
  return { metadata, ...fields, apiVersion: apiVersionOf(type), kind: type.kind };
}

async function answerOf(request: Promise<unknown>): Promise<Answer> {
  try {
    return { accepted: true, object: await request as Fields };
  } catch (error) {
    // 422 is a refusal by the schema, 400 by the decoder; anything else is not about the object.
    if (error instanceof AdminError && [400, 422].includes(error.status)) {
      return { accepted: false, message: error.message };
    }
    throw error;
  }
}
