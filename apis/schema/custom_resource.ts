/**
 * A custom resource: where it lives in the API, how `kubectl get` shows it, and its schema.
 *
 * @module
 */

import { type KubeObject, type ResourceType, resourceType } from "../meta/v1.ts";
import type { ObjectNode, Schema } from "./schema.ts";

/** One column of `kubectl get`. */
export interface PrintColumn {
  readonly name: string;
  readonly type: "string" | "integer" | "date";
  readonly jsonPath: string;
  readonly description?: string;
  /** Above 0 the column is only in `-o wide`. */
  readonly priority?: number;
}

/** The definition of a custom resource with objects of type `T`. */
export interface CustomResource<T extends KubeObject> {
  readonly type: ResourceType<T>;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly columns: readonly PrintColumn[];
  /** The fields beside `apiVersion`, `kind` and `metadata`. */
  readonly root: ObjectNode;
}

/** What {@linkcode customResource} needs to know. */
export interface CustomResourceOptions<T extends KubeObject> {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular?: string;
  readonly shortNames?: readonly string[];
  readonly namespaced: boolean;
  readonly columns?: readonly PrintColumn[];
  readonly schema: Schema<Omit<T, keyof KubeObject>>;
}

/**
 * Declares a custom resource.
 *
 * @throws {TypeError} when the schema is not an object.
 */
export function customResource<T extends KubeObject>(
  options: CustomResourceOptions<T>,
): CustomResource<T> {
  const { group, version, kind, plural, namespaced, schema } = options;
  if (schema.node.kind !== "object") throw new TypeError(`the schema of ${kind} is not an object`);
  return {
    type: resourceType<T>(group, version, kind, plural, namespaced),
    singular: options.singular ?? kind.toLowerCase(),
    shortNames: options.shortNames ?? [],
    columns: options.columns ?? [],
    root: schema.node,
  };
}
