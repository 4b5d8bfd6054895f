/**
 * A client of the xDS server over real gRPC, driven by hand.
 *
 * @module
 */
import {
  ChannelCredentials,
  Client,
  type ClientDuplexStream,
  Metadata,
  type status,
} from "@grpc/grpc-js";
import { envoy, typeUrls } from "../../envoy/proto/mod.ts";

const { DeltaDiscoveryRequest, DeltaDiscoveryResponse, DiscoveryRequest, DiscoveryResponse } =
  envoy.service.discovery.v3;

/** How a stream ended. */
export interface Ended {
  readonly code: status;
  readonly details: string;
}

/** One bidirectional stream; responses are read in their order. */
export class GrpcStream<Request, Response> implements Disposable {
  readonly #call: ClientDuplexStream<Request, Response>;
  readonly #responses: Response[] = [];
  readonly #waiting: ((response: Response) => void)[] = [];
  readonly #ended = Promise.withResolvers<Ended>();
  /** Bytes of all responses so far. */
  received = 0;

  constructor(
    client: Client,
    path: string,
    encode: (request: Request) => Uint8Array,
    decode: (bytes: Uint8Array) => Response,
    metadata = new Metadata(),
  ) {
    this.#call = client.makeBidiStreamRequest(
      path,
      (request: Request) => encode(request) as Buffer,
      (bytes: Buffer) => {
        this.received += bytes.length;
        return decode(bytes);
      },
      metadata,
    );
    this.#call.on("data", (response: Response) => {
      const waiting = this.#waiting.shift();
      if (waiting) waiting(response);
      else this.#responses.push(response);
    });
    // The status event says the same, and comes for orderly ends too.
    this.#call.on("error", () => {});
    this.#call.on("status", ({ code, details }) => this.#ended.resolve({ code, details }));
  }

  /** How the stream ends, once it has. */
  get ended(): Promise<Ended> {
    return this.#ended.promise;
  }

  /** How many responses have come that nobody has read. */
  get unread(): number {
    return this.#responses.length;
  }

  send(request: Request): void {
    this.#call.write(request);
  }

  /** The next response. @throws Error when the stream ends first. */
  read(): Promise<Response> {
    const response = this.#responses.shift();
    if (response) return Promise.resolve(response);
    const { promise, resolve } = Promise.withResolvers<Response>();
    this.#waiting.push(resolve);
    const ended = this.#ended.promise.then(({ code, details }) => {
      throw new Error(`the stream ended with status ${code}: ${details}`);
    });
    return Promise.race([promise, ended]);
  }

  [Symbol.dispose](): void {
    this.#call.cancel();
  }
}

/** Streams over one connection to 127.0.0.1, plaintext unless told otherwise. */
export class GrpcClient implements Disposable {
  readonly #client: Client;

  constructor(port: number, credentials = ChannelCredentials.createInsecure()) {
    this.#client = new Client(`127.0.0.1:${port}`, credentials, {
      "grpc.use_local_subchannel_pool": 1,
      "grpc.max_receive_message_length": -1,
      // For TLS, which wants a host name; servers are known by their id.
      "grpc.ssl_target_name_override": "kubelb",
    });
  }

  delta(
    path = "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources",
    metadata?: Metadata,
  ): DeltaStream {
    const encode = (request: envoy.service.discovery.v3.IDeltaDiscoveryRequest) =>
      DeltaDiscoveryRequest.encode(request).finish();
    return new GrpcStream(
      this.#client,
      path,
      encode,
      (bytes) => DeltaDiscoveryResponse.decode(bytes),
      metadata,
    );
  }

  sotw(
    path = "/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources",
  ): SotwStream {
    const encode = (request: envoy.service.discovery.v3.IDiscoveryRequest) =>
      DiscoveryRequest.encode(request).finish();
    return new GrpcStream(this.#client, path, encode, (bytes) => DiscoveryResponse.decode(bytes));
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }
}

/** A stream of the delta variant. */
export type DeltaStream = GrpcStream<
  envoy.service.discovery.v3.IDeltaDiscoveryRequest,
  envoy.service.discovery.v3.DeltaDiscoveryResponse
>;

/** A stream of the state-of-the-world variant. */
export type SotwStream = GrpcStream<
  envoy.service.discovery.v3.IDiscoveryRequest,
  envoy.service.discovery.v3.DiscoveryResponse
>;

/** The methods for one type, by variant. */
export const singleTypeMethods = [
  ["cluster.v3.ClusterDiscoveryService", "Clusters", typeUrls.cluster],
  ["endpoint.v3.EndpointDiscoveryService", "Endpoints", typeUrls.endpoint],
  ["listener.v3.ListenerDiscoveryService", "Listeners", typeUrls.listener],
  ["route.v3.RouteDiscoveryService", "Routes", typeUrls.route],
  ["secret.v3.SecretDiscoveryService", "Secrets", typeUrls.secret],
] as const;
