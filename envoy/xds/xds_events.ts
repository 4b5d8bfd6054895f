/**
 * What the xDS server tells its owner, and asks of it.
 *
 * @module
 */
import type { Variant } from "./protocol.ts";
import type { Node } from "./request.ts";
import type { Peer } from "./transport.ts";

/** A client may have the resources of one fleet. */
export interface Permission {
  readonly fleet: string;
  /** When what the client proved itself with expires, milliseconds since 1970: the stream ends. */
  readonly until?: number;
}

/** The answer to the question which fleet a client belongs to. */
export type Authorization =
  | Permission
  /** Why not; sent to the client with status PERMISSION_DENIED. */
  | { readonly refused: string };

/** Decides which fleet's resources a client gets. Asked once, at a stream's first request. */
export type Authorize = (peer: Peer, node: Node) => Authorization | Promise<Authorization>;

/** Which stream of which Envoy. */
export interface StreamIdentity {
  /** Unique in this process. */
  readonly stream: number;
  readonly fleet: string;
  readonly node: Node;
}

/** A stream was opened or closed. */
export interface StreamEvent extends StreamIdentity {
  readonly kind: "opened" | "closed";
  readonly variant: Variant;
}

/** A client has accepted resources, or has brought them from an earlier stream. */
export interface AcknowledgedEvent extends StreamIdentity {
  readonly typeUrl: string;
  /** Versions by name. */
  readonly resources: ReadonlyMap<string, string>;
  /** Names that the client was told are gone, and accepted. */
  readonly removed: readonly string[];
  /** Whether the client brought them: versions may then be older than what the store holds. */
  readonly held: boolean;
}

/** A client has refused a response because of these resources. It may have applied others of it. */
export interface RejectedEvent extends StreamIdentity {
  readonly typeUrl: string;
  /** Versions by name of what it does not like. */
  readonly resources: ReadonlyMap<string, string>;
  /** The client's words. */
  readonly message: string;
}

/** All optional: who does not ask is not told. Called synchronously; must not throw. */
export interface XdsObserver {
  onStream?(event: StreamEvent): void;
  onAcknowledged?(event: AcknowledgedEvent): void;
  onRejected?(event: RejectedEvent): void;
}
