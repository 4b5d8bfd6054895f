/**
 * What a reflector asks of a client.
 *
 * @module
 */
import type { KubeObject, ResourceType } from "../apis/meta/v1.ts";
import type { ListOptions, ListPage, WatchOptions } from "./client_options.ts";

/** The part of `KubeClient` that a reflector needs. */
export interface ReflectorClient {
  readonly name: string;
  list<T extends KubeObject>(type: ResourceType<T>, options: ListOptions): Promise<ListPage<T>>;
  watch<T extends KubeObject>(
    type: ResourceType<T>,
    options: WatchOptions,
    signal: AbortSignal,
  ): Promise<ReadableStream<Uint8Array>>;
  reconnect(): void;
}

/** Which objects of the resource. */
export interface Selection {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}
