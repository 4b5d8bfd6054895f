/**
 * One line of a watch.
 *
 * @module
 */
import type { KubeObject } from "../apis/meta/v1.ts";
import type { ApiStatus } from "./api_error.ts";

/** What a line of a watch means. */
export type WatchEvent<T> =
  | { readonly kind: "added" | "modified" | "deleted"; readonly object: T }
  | {
    readonly kind: "bookmark";
    readonly resourceVersion: string;
    /** The streaming list is complete. */
    readonly endOfList: boolean;
  }
  | { readonly kind: "error"; readonly status: ApiStatus }
  | { readonly kind: "malformed"; readonly problem: string };

/** Annotation of the bookmark that ends a streaming list (KEP-3157). */
const endOfListAnnotation = "k8s.io/initial-events-end";

const decoder = new TextDecoder();

const kinds: Readonly<Record<string, "added" | "modified" | "deleted">> = {
  ADDED: "added",
  MODIFIED: "modified",
  DELETED: "deleted",
};

/** Reads one line; never throws. */
export function parseWatchEvent<T extends KubeObject>(line: Uint8Array): WatchEvent<T> {
  let value: { type?: unknown; object?: Partial<T> & ApiStatus } | null;
  try {
    value = JSON.parse(decoder.decode(line));
  } catch (error) {
    return { kind: "malformed", problem: `not JSON: ${(error as Error).message}` };
  }
  const type = value?.type;
  const object = value?.object;
  if (typeof type !== "string" || typeof object !== "object" || object === null) {
    return { kind: "malformed", problem: "no type or no object" };
  }
  if (type === "ERROR") return { kind: "error", status: object };
  const metadata = object.metadata;
  if (typeof metadata?.resourceVersion !== "string") {
    return { kind: "malformed", problem: `${type} without a resourceVersion` };
  }
  if (type === "BOOKMARK") {
    const endOfList = metadata.annotations?.[endOfListAnnotation] === "true";
    return { kind: "bookmark", resourceVersion: metadata.resourceVersion, endOfList };
  }
  const kind = kinds[type];
  if (kind === undefined) return { kind: "malformed", problem: `unknown type ${type}` };
  if (typeof metadata.name !== "string") {
    return { kind: "malformed", problem: `${type} without a name` };
  }
  return { kind, object: object as T };
}
