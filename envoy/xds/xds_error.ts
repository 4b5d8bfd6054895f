/**
 * Why the server ends a stream.
 *
 * @module
 */

/** The gRPC status that the client gets to see. */
export type XdsErrorReason =
  | "InvalidRequest"
  | "Unauthenticated"
  | "Refused"
  | "TooMuch"
  | "Unavailable"
  | "Internal";

/** Ends one stream; never harms another. */
export class XdsError extends Error {
  override readonly name = "XdsError";

  /** @param message is sent to the client as the details of the status. */
  constructor(readonly reason: XdsErrorReason, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}
