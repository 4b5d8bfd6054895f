/**
 * A typed client of one API server.
 *
 * @module
 */
import {
  apiVersionOf,
  type KubeObject,
  type ObjectName,
  type ResourceType,
} from "../apis/meta/v1.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import { Registry } from "../base/metrics.ts";
import { type ApiCall, isApiError } from "./api_error.ts";
import type {
  Applied,
  ApplyOptions,
  CallOptions,
  DeleteOptions,
  ListOptions,
  ListPage,
  New,
  Patch,
  PatchOptions,
  RawRequest,
  WatchOptions,
} from "./client_options.ts";
import type { ClusterConfig } from "./cluster_config.ts";
import { RequestSender } from "./request_sender.ts";
import { queryString, resourceName, resourceTarget } from "./resource_path.ts";
import { HttpTransport, type Transport } from "./transport.ts";
export type * from "./client_options.ts";

/** Everything a client needs beside the cluster. */
export interface KubeClientOptions {
  /** Which side this is, for log lines: `hub` or `tenant`. */
  readonly name: string;
  readonly log: Logger;
  readonly clock?: Clock;
  readonly metrics?: Registry;
  readonly userAgent?: string;
  /** Milliseconds for one request. Default 30 s. Watches have none. */
  readonly timeout?: number;
  /** Default: HTTP to the cluster. Replaced in tests. */
  readonly transport?: Transport;
}

const defaultTimeout = 30_000;

/** Reads and writes objects of one cluster as one user. */
export class KubeClient implements Disposable {
  readonly name: string;
  readonly server: string;
  readonly #sender: RequestSender;
  readonly #transport: Transport;
  readonly #timeout: number;

  constructor(config: ClusterConfig, options: KubeClientOptions) {
    this.name = options.name;
    this.server = config.server;
    this.#timeout = options.timeout ?? defaultTimeout;
    this.#transport = options.transport ?? new HttpTransport(config);
    this.#sender = new RequestSender({
      transport: this.#transport,
      server: config.server,
      userAgent: options.userAgent ?? "kubelb",
      clock: options.clock ?? systemClock,
      metrics: options.metrics ?? new Registry(),
    });
  }

  /** Reads one object; `undefined` when it does not exist. */
  async get<T extends KubeObject>(
    type: ResourceType<T>,
    name: ObjectName,
    options: CallOptions = {},
  ): Promise<T | undefined> {
    const target = resourceTarget(type, name);
    try {
      return await this.#send<T>("get", "GET", type, name.namespace, target, options);
    } catch (error) {
      if (isApiError(error, "NotFound")) return undefined;
      throw error;
    }
  }

  /** Reads a collection, or one page of it. */
  async list<T extends KubeObject>(
    type: ResourceType<T>,
    options: ListOptions = {},
  ): Promise<ListPage<T>> {
    const { namespace, signal, ...query } = options;
    const target = resourceTarget(type, { namespace }, { ...query });
    const answer = await this.#send<{
      items?: T[] | null;
      metadata?: { resourceVersion?: string; continue?: string };
    }>("list", "GET", type, namespace, target, { signal });
    const items = answer.items ?? [];
    // Built-in kinds leave these out of list items.
    for (const item of items) {
      item.apiVersion ??= apiVersionOf(type);
      item.kind ??= type.kind;
    }
    return {
      items,
      resourceVersion: answer.metadata?.resourceVersion ?? "",
      ...(answer.metadata?.continue ? { continue: answer.metadata.continue } : {}),
    };
  }

  /** Creates an object; with `dryRun` the server says only whether it would. */
  create<T extends KubeObject>(
    type: ResourceType<T>,
    object: New<T>,
    options: CallOptions & { readonly fieldManager?: string; readonly dryRun?: boolean } = {},
  ): Promise<T> {
    const { namespace } = object.metadata;
    const { fieldManager, dryRun } = options;
    const query = { fieldManager, dryRun: dryRun ? "All" : undefined };
    const target = resourceTarget(type, { namespace }, query);
    const body = withType(type, object);
    return this.#send<T>("create", "POST", type, namespace, target, { ...options, body });
  }

  /** Replaces an object; its `resourceVersion`, when set, must still be the current one. */
  update<T extends KubeObject>(
    type: ResourceType<T>,
    object: T,
    options: CallOptions & { readonly subresource?: "status"; readonly fieldManager?: string } = {},
  ): Promise<T> {
    const { subresource, fieldManager, signal } = options;
    const target = resourceTarget(type, { ...placeOf(object), subresource }, { fieldManager });
    const body = withType(type, object);
    const { namespace } = object.metadata;
    return this.#send<T>("update", "PUT", type, namespace, target, { signal, body });
  }

  /** Server-side apply: creates the object or makes the given fields ours. */
  apply<T extends KubeObject>(
    type: ResourceType<T>,
    object: Applied<T>,
    options: ApplyOptions,
  ): Promise<T> {
    const { fieldManager, force = true, subresource, signal } = options;
    const place = { ...placeOf(object), subresource };
    const target = resourceTarget(type, place, { fieldManager, force });
    return this.#send<T>("patch", "PATCH", type, place.namespace, target, {
      signal,
      body: withType(type, object),
      contentType: "application/apply-patch+yaml",
    });
  }

  /** Patches an object (merge patch or JSON patch). */
  patch<T extends KubeObject>(
    type: ResourceType<T>,
    name: ObjectName,
    patch: Patch,
    options: PatchOptions = {},
  ): Promise<T> {
    const { subresource, fieldManager, signal } = options;
    const target = resourceTarget(type, { ...name, subresource }, { fieldManager });
    const merge = "merge" in patch;
    return this.#send<T>("patch", "PATCH", type, name.namespace, target, {
      signal,
      body: merge ? patch.merge : patch.json,
      contentType: merge ? "application/merge-patch+json" : "application/json-patch+json",
    });
  }

  /** Deletes an object; `false` when it was gone already. */
  async delete<T extends KubeObject>(
    type: ResourceType<T>,
    name: ObjectName,
    options: DeleteOptions = {},
  ): Promise<boolean> {
    const { uid, resourceVersion, propagationPolicy, signal } = options;
    const body = {
      kind: "DeleteOptions",
      apiVersion: "v1",
      ...(uid || resourceVersion
        ? { preconditions: { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) } }
        : {}),
      ...(propagationPolicy && { propagationPolicy }),
    };
    const target = resourceTarget(type, name);
    try {
      await this.#send("delete", "DELETE", type, name.namespace, target, { signal, body });
      return true;
    } catch (error) {
      if (isApiError(error, "NotFound")) return false;
      throw error;
    }
  }

  /** Any other call; the answer is whatever the server sends as JSON. */
  request<R = unknown>(request: RawRequest): Promise<R> {
    const { method = "GET", path, query = {}, ...rest } = request;
    const verb = { GET: "get", POST: "create", PUT: "update", PATCH: "patch", DELETE: "delete" };
    const call: ApiCall = { verb: verb[method], path };
    const target = path + queryString(query);
    const timeout = this.#timeout;
    return this.#sender.send({ call, method, target, timeout, ...rest }) as Promise<R>;
  }

  /**
   * Opens a watch; the answer's body is a stream of JSON lines that ends with `signal`, with the
   * server's timeout, or with the connection.
   *
   * @throws {ApiError} when the server refuses or cannot be reached.
   */
  watch<T extends KubeObject>(
    type: ResourceType<T>,
    options: WatchOptions,
    signal: AbortSignal,
  ): Promise<ReadableStream<Uint8Array>> {
    const { namespace, sendInitialEvents, ...rest } = options;
    const query = {
      ...rest,
      watch: true,
      allowWatchBookmarks: true,
      ...(sendInitialEvents
        ? { sendInitialEvents, resourceVersionMatch: "NotOlderThan" as const }
        : {}),
    };
    const target = resourceTarget(type, { namespace }, query);
    const call = callOf("watch", type, namespace, target);
    return this.#sender.open({ call, method: "GET", target, timeout: this.#timeout }, signal);
  }

  /** Drops all connections: one of them was found dead. Calls in flight are not disturbed. */
  reconnect(): void {
    this.#transport.reconnect();
  }

  [Symbol.dispose](): void {
    this.#transport[Symbol.dispose]();
  }

  #send<R>(
    verb: string,
    method: string,
    type: ResourceType<KubeObject>,
    namespace: string | undefined,
    target: string,
    options: CallOptions & { body?: unknown; contentType?: string },
  ): Promise<R> {
    const { body, contentType, signal } = options;
    return this.#sender.send({
      call: callOf(verb, type, namespace, target),
      method,
      target,
      signal,
      timeout: this.#timeout,
      ...(body === undefined ? {} : { body }),
      ...(contentType === undefined ? {} : { contentType }),
    }) as Promise<R>;
  }
}

function callOf(
  verb: string,
  type: ResourceType<KubeObject>,
  namespace: string | undefined,
  target: string,
): ApiCall {
  return { verb, path: target.split("?", 1)[0]!, resource: resourceName(type), namespace };
}

function placeOf(object: { metadata: ObjectName }): ObjectName {
  return { namespace: object.metadata.namespace, name: object.metadata.name };
}

function withType(type: ResourceType<KubeObject>, object: object): object {
  return { apiVersion: apiVersionOf(type), kind: type.kind, ...object };
}
