/**
 * One stream of the aggregated discovery service, as bytes.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import {
  type ChannelCredentials,
  Client,
  type ClientDuplexStream,
  Metadata,
  status,
} from "@grpc/grpc-js";

const methods = {
  delta: "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources",
  sotw: "/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources",
} as const;

/** The two variants of the protocol. */
export type Variant = keyof typeof methods;

/** A response as it came. */
export interface Arrival {
  readonly typeUrl: string;
  /** The whole message. */
  readonly bytes: Uint8Array;
  /** `performance.now()` before anything was done with it. */
  readonly received: number;
}

const identity = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

/** Opened at once, over a connection of its own as an Envoy has; waits for a server to be there. */
export class AdsStream implements Disposable {
  readonly #client: Client;
  readonly #call: ClientDuplexStream<Uint8Array, Uint8Array>;

  /**
   * @param address `127.0.0.1:8001`
   * @param receive told of each response, with the time of its arrival.
   */
  constructor(
    address: string,
    variant: Variant,
    credentials: ChannelCredentials,
    receive: (bytes: Uint8Array, received: number) => void,
  ) {
    this.#client = new Client(address, credentials, {
      // For TLS, which wants a host name; servers are known by their id.
      "grpc.ssl_target_name_override": "kubelb",
      "grpc.max_receive_message_length": -1,
      "grpc.use_local_subchannel_pool": 1,
      // A server that is being restarted is found soon after it listens.
      "grpc.initial_reconnect_backoff_ms": 20,
      "grpc.max_reconnect_backoff_ms": 100,
    });
    this.#call = this.#client.makeBidiStreamRequest(
      methods[variant],
      identity,
      (bytes: Buffer): Uint8Array => bytes,
      new Metadata({ waitForReady: true }),
    );
    this.#call.on("data", (bytes: Uint8Array) => receive(bytes, performance.now()));
    this.#call.on("error", (error: Error & { code?: number }) => {
      if (error.code !== status.CANCELLED) this.error = error;
    });
  }

  /** Why the stream ended, if it did. */
  error: Error | undefined;

  send(bytes: Uint8Array): void {
    this.#call.write(bytes);
  }

  [Symbol.dispose](): void {
    this.#call.cancel();
    this.#client.close();
  }
}
