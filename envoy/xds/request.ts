/**
 * Discovery requests as plain data, independent of how they were encoded.
 *
 * @module
 */

/** What the first request of a stream says about the client. */
export interface Node {
  readonly id: string;
  readonly cluster: string;
}

/** What both variants' requests carry. */
export interface RequestHeader {
  /** Absent when the client did not send one; only guaranteed on the first request. */
  readonly node?: Node;
  /** Empty when the client left it out, as it may on a stream for one type. */
  readonly typeUrl: string;
  /** The nonce of the response this request answers; empty when it answers none. */
  readonly nonce: string;
  /** Present in a NACK: why the client refused that response. */
  readonly error?: string;
}

/** A request of the delta variant. */
export interface DeltaRequest extends RequestHeader {
  readonly subscribe: readonly string[];
  readonly unsubscribe: readonly string[];
  /** Versions by name that the client holds from an earlier stream. */
  readonly initialVersions: ReadonlyMap<string, string>;
}

/** A request of the state-of-the-world variant. */
export interface SotwRequest extends RequestHeader {
  readonly names: readonly string[];
  /** The version the client last accepted, maybe on an earlier stream; empty when none. */
  readonly version: string;
}
