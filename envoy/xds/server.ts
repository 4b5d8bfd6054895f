/**
 * The xDS server on gRPC (`@grpc/grpc-js` over `node:http2`).
 *
 * @module
 */
import {
  logVerbosity,
  type Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServiceDefinition,
  setLogVerbosity,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { type Clock, systemClock } from "../../base/clock.ts";
import { type DiscoveryMethod, discoveryMethods } from "./discovery_methods.ts";
import {
  DiscoveryService,
  type DiscoveryServiceOptions,
  type XdsSnapshot,
} from "./discovery_service.ts";
import { longestRequest } from "./limits.ts";
import { statusCodes } from "./status_codes.ts";
import type { StreamTransport, XdsListener } from "./transport.ts";
import type { XdsError } from "./xds_error.ts";

/** A streaming method beside those of xDS, on the same port and with the same credentials. */
export interface ExtraMethod {
  /** As in the HTTP/2 `:path`. */
  readonly path: string;
  /** A client has opened a stream; the result is told what comes, and that the client has gone. */
  open(transport: StreamTransport): StreamReceiver;
}

/** What listens to one stream. */
export interface StreamReceiver {
  receive(bytes: Uint8Array): void;
  close(): void;
}

/** What {@linkcode XdsServer} needs. */
export interface XdsServerOptions extends DiscoveryServiceOptions {
  readonly extraMethods?: readonly ExtraMethod[];
  /** Default: plaintext, which is for loopback only. */
  readonly credentials?: ServerCredentials;
  /**
   * Milliseconds after which a connection is ended, give or take a tenth, so that Envoys spread over
   * the replicas again. Default: never. Each ended connection costs memory, see `xds_metrics.ts`.
   */
  readonly maxConnectionAge?: number | undefined;
  /** Milliseconds after which a connection without a stream is ended. Default 5 minutes. */
  readonly maxConnectionIdle?: number;
  /** When a silent client is asked whether it is there, and how long it may think; milliseconds. */
  readonly keepalive?: { readonly interval: number; readonly timeout: number };
}

type Call = ServerDuplexStream<Uint8Array, Uint8Array>;

/** A half-open client is found after 35 seconds. */
const defaultKeepalive = { interval: 30_000, timeout: 5_000 };

/**
 * An Envoy comes back within 30 seconds when its stream has ended. What never becomes an HTTP/2
 * session (a TLS handshake that is not finished, a client that sends nothing at all) is not ended by
 * this: the library has no bound for it, and keeps its server to itself. Only file descriptors bound
 * that, and whoever lets others than Envoys reach this port.
 */
const defaultConnectionIdle = 5 * 60_000;

/** Streams never end by themselves, so what an ageing connection still carries is cut soon. */
const ageGrace = 1_000;

const channelOptions = {
  // Statistics about connections that nobody asks for.
  "grpc.enable_channelz": 0,
  // What one connection may open before it even asks for anything.
  "grpc.max_concurrent_streams": 128,
  "grpc.max_receive_message_length": longestRequest,
  // A state-of-the-world answer is as large as the state.
  "grpc.max_send_message_length": -1,
};

/** How long clients get to see why they are disconnected; milliseconds. */
const shutdownGrace = 500;

/**
 * Serves the stores to Envoys, aggregated and per type, delta and state of the world.
 *
 * @example
 * ```ts ignore
 * const stores = new ResourceStores();
 * await using server = new XdsServer({
 *   stores,
 *   authorize: (_peer, node) => ({ fleet: node.id }),
 *   log,
 * });
 * const port = await server.listen("127.0.0.1:8001");
 * stores.markSynced();
 * ```
 */
export class XdsServer implements XdsListener {
  readonly #service: DiscoveryService;
  readonly #server: Server;
  readonly #credentials: ServerCredentials;
  readonly #clock: Clock;

  constructor(options: XdsServerOptions) {
    // The library writes to standard error past our logger, and says nothing that we do not.
    setLogVerbosity(logVerbosity.NONE);
    this.#service = new DiscoveryService(options);
    this.#server = new Server({ ...channelOptions, ...lifeOptions(options) });
    this.#credentials = options.credentials ?? ServerCredentials.createInsecure();
    this.#clock = options.clock ?? systemClock;
    for (const method of discoveryMethods) {
      this.#serve(method.path, (call) => serveCall(this.#service, call, method));
    }
    for (const { path, open } of options.extraMethods ?? []) {
      this.#serve(path, (call) => pass(call, open(transportOf(call))));
    }
  }

  #serve(path: string, handler: (call: Call) => void): void {
    const implementation: UntypedServiceImplementation = { method: handler };
    this.#server.addService(definitionOf(path), implementation);
  }

  /**
   * Begins to accept connections.
   *
   * @param address host and port; port 0 takes a free one.
   * @param credentials of this address, where they are others than those of the server.
   * @returns the port.
   * @throws Error when the address cannot be bound.
   */
  listen(address: string, credentials = this.#credentials): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.bindAsync(address, credentials, (cause, port) => {
        if (cause) reject(new Error(`the xDS server cannot listen on ${address}`, { cause }));
        else resolve(port);
      });
    });
  }

  /** Streams, subscriptions and stores as they are now. */
  snapshot(): XdsSnapshot {
    return this.#service.snapshot();
  }

  /** Ends all streams with status UNAVAILABLE, then all connections. Envoys reconnect elsewhere. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#service[Symbol.dispose]();
    await new Promise<void>((resolve) => {
      const timer = this.#clock.timer(() => this.#server.forceShutdown(), shutdownGrace);
      this.#server.tryShutdown(() => {
        timer[Symbol.dispose]();
        resolve();
      });
    });
  }
}

function lifeOptions(options: XdsServerOptions) {
  const {
    maxConnectionAge,
    maxConnectionIdle = defaultConnectionIdle,
    keepalive = defaultKeepalive,
  } = options;
  return {
    "grpc.max_connection_idle_ms": maxConnectionIdle,
    "grpc.keepalive_time_ms": keepalive.interval,
    "grpc.keepalive_timeout_ms": keepalive.timeout,
    ...(maxConnectionAge && {
      "grpc.max_connection_age_ms": maxConnectionAge,
      "grpc.max_connection_age_grace_ms": ageGrace,
    }),
  };
}

/** Bytes stay bytes: the session decodes and encodes them. */
function definitionOf(path: string): ServiceDefinition {
  const identity = (bytes: Buffer) => bytes;
  return {
    method: {
      path,
      requestStream: true,
      responseStream: true,
      requestSerialize: identity,
      requestDeserialize: identity,
      responseSerialize: identity,
      responseDeserialize: identity,
    },
  };
}

function serveCall(service: DiscoveryService, call: Call, method: DiscoveryMethod): void {
  const session = service.open(transportOf(call), method);
  call.on("drain", () => session.drained());
  pass(call, session);
}

/** Hands on what comes. */
function pass(call: Call, receiver: StreamReceiver): void {
  call.on("data", (bytes: Uint8Array) => receiver.receive(bytes));
  call.on("cancelled", () => receiver.close());
  call.on("error", () => receiver.close());
  call.on("end", () => {
    receiver.close();
    call.end();
  });
}

function bearerToken(metadata: Metadata): { bearerToken?: string } {
  const [header] = metadata.get("authorization");
  const token = /^Bearer +(\S+) *$/i.exec(String(header))?.[1];
  return token === undefined ? {} : { bearerToken: token };
}

function transportOf(call: Call): StreamTransport {
  return {
    peer: {
      address: call.getPeer(),
      // Not kept: it is asked for once, and a certificate with all its fields is as large as the
      // rest of a session.
      get authContext() {
        return call.getAuthContext();
      },
      ...bearerToken(call.metadata),
    },
    send: (message) => call.write(message),
    end(error?: XdsError) {
      if (error === undefined) call.end();
      else call.emit("error", { code: statusCodes[error.reason], details: error.message });
    },
  };
}
