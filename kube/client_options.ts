/**
 * What calls of the client take and give.
 *
 * @module
 */
import type { KubeObject, ObjectMeta, ObjectName } from "../apis/meta/v1.ts";
import type { Query } from "./resource_path.ts";

/** An object to create: `apiVersion` and `kind` come from its type when absent. */
export type New<T extends KubeObject> =
  & Omit<T, "apiVersion" | "kind" | "metadata" | "status">
  & { apiVersion?: string; kind?: string }
  & { metadata: Partial<ObjectMeta> & ({ name: string } | { generateName: string }) };

/** Every field optional, at every depth; lists are whole. */
export type DeepPartial<T> = T extends readonly (infer E)[] ? DeepPartial<E>[]
  : T extends object ? { [K in keyof T]?: DeepPartial<T[K]> }
  : T;

/** The fields one manager wants to own: what server-side apply sends. */
export type Applied<T extends KubeObject> =
  & Omit<DeepPartial<T>, "metadata">
  & { metadata: DeepPartial<ObjectMeta> & ObjectName };

/** Options that every call takes. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** What to list. */
export interface ListOptions extends CallOptions {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** Objects per page. */
  readonly limit?: number | undefined;
  /** From the page before. */
  readonly continue?: string | undefined;
  readonly resourceVersion?: string | undefined;
}

/** One page of a list. */
export interface ListPage<T> {
  readonly items: T[];
  readonly resourceVersion: string;
  /** Present when there are more pages. */
  readonly continue?: string;
}

/** How to apply. */
export interface ApplyOptions extends CallOptions {
  /** One per controller; the server prunes what a manager no longer applies. */
  readonly fieldManager: string;
  /** Take over fields of other managers. Default true: controllers own what they write. */
  readonly force?: boolean;
  readonly subresource?: "status";
}

/** A patch in one of the two formats that need no schema. */
export type Patch = { readonly merge: unknown } | { readonly json: readonly unknown[] };

/** How to patch. */
export interface PatchOptions extends CallOptions {
  readonly subresource?: string;
  readonly fieldManager?: string;
}

/** Which object may be deleted, and what happens to its dependents. */
export interface DeleteOptions extends CallOptions {
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly propagationPolicy?: "Foreground" | "Background" | "Orphan";
}

/** A call that has no typed method, e.g. a subresource of its own shape. */
export interface RawRequest extends CallOptions {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Query;
  readonly body?: unknown;
  readonly contentType?: string;
}

/** What to watch. */
export interface WatchOptions {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** Everything after this is sent. */
  readonly resourceVersion?: string | undefined;
  /** Begin with the present objects (WatchList). */
  readonly sendInitialEvents?: boolean;
  /** Seconds after which the server ends the watch. */
  readonly timeoutSeconds: number;
}
