/**
 * The seam between the xDS server and what carries its bytes.
 *
 * @module
 */
import type { XdsSnapshot } from "./discovery_service.ts";
import type { XdsError } from "./xds_error.ts";

/** Who is at the other end, as the transport knows it. */
export interface Peer {
  /** Host and port. Streams of one connection share it. */
  readonly address: string;
  /** What the TLS handshake proved, if there was one; its shape is the transport's. Ask for it once. */
  readonly authContext?: unknown;
  /** What the client showed in the header `authorization: Bearer …`; nobody has checked it. */
  readonly bearerToken?: string;
}

/** One bidirectional stream of messages. The session owns it, and ends it. */
export interface StreamTransport {
  readonly peer: Peer;
  /** @returns false when the session must not send more before it is told `drained`. */
  send(message: Uint8Array): boolean;
  /** Ends the stream; with a status when something was wrong. */
  end(error?: XdsError): void;
}

/** The xDS server on one transport. */
export interface XdsListener extends AsyncDisposable {
  /**
   * Begins to accept connections.
   *
   * @param address host and port; port 0 takes a free one.
   * @returns the port.
   * @throws Error when the address cannot be bound.
   */
  listen(address: string): Promise<number>;
  /** Streams, subscriptions and stores as they are now. */
  snapshot(): XdsSnapshot;
}
