/**
 * What both variants of a client have in common.
 *
 * @module
 */
import { ChannelCredentials } from "@grpc/grpc-js";
import type { Arrival, Variant } from "./ads_stream.ts";
import { DeltaClient } from "./delta_client.ts";
import { SotwClient } from "./sotw_client.ts";
import { node } from "./trace.ts";

/** Behaves like one Envoy. */
export interface AdsClient extends Disposable {
  /** Why the stream ended, if it did. */
  readonly error: Error | undefined;
  /** Of how many clusters it has the endpoints. */
  readonly complete: number;
  /** Bytes of all messages, in both directions. */
  readonly bytes: number;
  /** Calls `listener` for each response until disposed. */
  onResponse(listener: (arrival: Arrival) => void): Disposable;
}

/** Connects in plaintext. */
export function connectAds(variant: Variant, address: string): AdsClient {
  const Client = variant === "delta" ? DeltaClient : SotwClient;
  return new Client(address, node, ChannelCredentials.createInsecure());
}
