/**
 * The gRPC status that says why the server ends a stream.
 *
 * @module
 */
import type { XdsErrorReason } from "./xds_error.ts";

/** Numbers of https://github.com/grpc/grpc/blob/master/doc/statuscodes.md */
export const statusCodes: Record<XdsErrorReason, number> = {
  InvalidRequest: 3,
  Refused: 7,
  TooMuch: 8,
  Internal: 13,
  Unavailable: 14,
  Unauthenticated: 16,
};
