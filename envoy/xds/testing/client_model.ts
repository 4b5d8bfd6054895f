/**
 * What the simulation needs of a model of a client.
 *
 * @module
 */
import type { RequestHeader } from "../request.ts";
import type { Response } from "../type_stream.ts";

/**
 * A client that behaves as badly as the protocol allows: it forgets what it unsubscribes and what
 * it subscribes again, and relies on being told.
 */
export interface ClientModel<Request extends RequestHeader> {
  covers(typeUrl: string, name: string): boolean;
  /** The content it holds. */
  held(typeUrl: string, name: string): string | undefined;
  /** Whether it refused the last it was told of this resource: then it need not agree. */
  unsure(typeUrl: string, name: string): boolean;
  subscribe(typeUrl: string, name: string): Request;
  /** Undefined when it wants nothing of the type: as a first request that would mean everything. */
  unsubscribe(typeUrl: string, name: string): Request | undefined;
  /** Takes a response, accepting or refusing it; returns the answer. */
  read(response: Response, accept: boolean): Request;
  /** The first requests of a new stream. @param keep false: it has lost all it held. */
  reconnect(keep: boolean): Request[];
}

/** Keys of maps that hold resources of all types. */
export function keyOf(typeUrl: string, name: string): string {
  return `${typeUrl} ${name}`;
}
