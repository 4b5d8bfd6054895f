/**
 * A session as its owner and people see it.
 *
 * @module
 */
import type { TypeDescription } from "./discovery_stream.ts";
import type { Variant } from "./protocol.ts";
import type { Node } from "./request.ts";
import type { Rejection } from "./session_reporter.ts";
import type { XdsError } from "./xds_error.ts";

/** A session without its request type, as its owner sees it. */
export interface AnySession {
  /** Undefined until the client is authorized. */
  readonly fleet: string | undefined;
  receive(bytes: Uint8Array): void;
  drained(): void;
  wake(): void;
  close(): void;
  end(error: XdsError): void;
  describe(): SessionDescription;
}

/** A stream as shown to people. */
export interface SessionDescription {
  readonly stream: number;
  readonly peer: string;
  readonly variant: Variant;
  readonly state: "waiting" | "authorizing" | "serving" | "closed";
  readonly fleet?: string;
  readonly node?: Node;
  readonly types?: readonly TypeDescription[];
  /** The last response that the client refused. */
  readonly rejection?: Rejection;
}
