/**
 * One resource type on one stream: what the delta and the state-of-the-world variant have in
 * common.
 *
 * @module
 */
import type { RequestHeader } from "./request.ts";
import type { ResourceStore } from "./resource_store.ts";
import type { SocketPace } from "./socket_pace.ts";

/** What may be sent of a type at this moment; see `order.ts`. */
export interface Permit {
  readonly updates: boolean;
  readonly removals: boolean;
}

/** A response that the client has neither accepted nor refused. */
export interface InFlight {
  readonly nonce: string;
  /** Versions by name. */
  readonly resources: ReadonlyMap<string, string>;
  /** Names that the client was told are gone. */
  readonly removed: readonly string[];
}

/** What a request says about what the client has. */
export type Answer =
  /** From an earlier stream; versions by name. */
  | { readonly kind: "held"; readonly resources: ReadonlyMap<string, string> }
  | { readonly kind: "accepted"; readonly response: InFlight }
  | { readonly kind: "refused"; readonly response: InFlight; readonly message: string };

/** A response ready to be sent. */
export interface Response {
  readonly typeUrl: string;
  readonly bytes: Uint8Array;
  readonly inFlight: InFlight;
  /** Assignments of the clusters in this response, which have to follow. */
  readonly assignments: readonly string[];
}

/** What a {@linkcode TypeStream} is made with. */
export interface TypeStreamOptions {
  readonly store: ResourceStore;
  readonly typeUrl: string;
  /** Whether a first request without names means everything. */
  readonly legacyWildcard: boolean;
  /** State of the world only: each response carries all that is wanted, absence means removal. */
  readonly fullState: boolean;
  /**
   * Delta only: whether a client that comes with nothing and wants everything is told first that
   * there is nothing. Envoy takes its first answer about clusters for all it has to wait for: it asks
   * for listeners only when each of those has its endpoints and the first health check of each has
   * ended, so that one silent node would keep a starting Envoy from serving everything else. Clusters
   * that come later warm one by one.
   */
  readonly greets?: boolean;
  /**
   * Delta only: whether a client that comes with nothing and wants everything gets it in one response,
   * however large. Envoy takes its first answer about listeners for all there are: it is ready when it
   * has those.
   */
  readonly startsWhole?: boolean;
  /**
   * Delta only: what makes updates wait. Not the first response to a client that comes with nothing:
   * it has no sockets.
   */
  readonly pace?: SocketPace | undefined;
  /** Bytes after which a response takes no further resource, where responses may be partial. */
  readonly maxResponseBytes: number;
}

/** The state of one type on one stream. Synchronous, without effects. */
export interface TypeStream<Request extends RequestHeader> {
  /** The response that has not been answered: no other is made before it is. */
  readonly inFlight: InFlight | undefined;
  /** For the debug view. */
  describe(): { wildcard: boolean; names: number; held: number };
  /** Takes a request in; returns what it says about the client. */
  receive(request: Request): readonly Answer[];
  /** The store's resources of these names may have changed. */
  changed(names: ReadonlySet<string>): void;
  /** The client needs this name again, if it is subscribed to it. */
  resend(name: string): void;
  /** The client is known to have read what is in flight; the next may be made before its answer. */
  setAside(): void;
  /**
   * Whether there are updates or removals that have not been sent, or, to a client that was greeted,
   * first updates that it has not read. Updates that the pace holds back do not count, or removals of
   * other types would wait as long. So a listener must not come to name another cluster: until it is
   * sent the client has the old one. Here it names the cluster of its own name all its life.
   */
  waiting(kind: keyof Permit): boolean;
  /** The next response, if there is one to make and nothing is in flight. */
  compose(permit: Permit, nonce: string): Response | undefined;
}
