/**
 * The xDS server on `Deno.serve`: gRPC by hand over the runtime's own HTTP/2, for releases of Deno
 * whose `node:http2` cannot be trusted.
 *
 * What the other one (`server.ts`) has and this has not: client certificates (a bearer token takes
 * their place), pings (a deadline for answers does), a status after the first response, an age of
 * connections, and new certificates without a new server. What it has: memory that stays flat
 * however many connections end.
 *
 * @module
 */
import { type Clock, systemClock } from "../../base/clock.ts";
import { describeError } from "../../base/errors.ts";
import type { Logger } from "../../base/logger.ts";
import { type DiscoveryMethod, discoveryMethods } from "./discovery_methods.ts";
import {
  DiscoveryService,
  type DiscoveryServiceOptions,
  type XdsSnapshot,
} from "./discovery_service.ts";
import { ServeStream, statusResponse } from "./serve_stream.ts";
import { statusCodes } from "./status_codes.ts";
import type { Peer, XdsListener } from "./transport.ts";

/** Who a client is, as far as its token tells; `authContext` becomes that of its {@linkcode Peer}. */
export type Authentication =
  | { readonly authContext: unknown }
  /** Why not; sent to the client with status UNAUTHENTICATED. */
  | { readonly refused: string };

/**
 * Checks the token of a stream that begins; undefined when the client showed none.
 *
 * @throws Error when that cannot be done now: the client is to come again.
 */
export type Authenticate = (
  token: string | undefined,
) => Authentication | Promise<Authentication>;

/** What {@linkcode ServeXdsServer} needs. */
export interface ServeXdsServerOptions extends DiscoveryServiceOptions {
  /** PEM texts. Default: plaintext, which is for loopback only. */
  readonly tls?: { readonly certificate: string; readonly privateKey: string };
  /** Default: whoever can connect is let in, and has no `authContext`. */
  readonly authenticate?: Authenticate;
}

/** Far longer than Envoy holds an answer back, and what a silent peer costs is bounded anyway. */
const defaultAnswerDeadline = 60_000;

/** How long connections may take to end by themselves; milliseconds. */
const shutdownGrace = 500;

/** Of the gRPC status codes the one that only a transport can have a use for. */
const unimplemented = 12;

const methods = new Map(discoveryMethods.map((method) => [method.path, method]));

/**
 * Serves the stores to Envoys, aggregated and per type, delta and state of the world.
 *
 * @example
 * ```ts ignore
 * await using server = new ServeXdsServer({
 *   stores,
 *   tls: { certificate, privateKey },
 *   authenticate: async (token) => await review(token),
 *   authorize: ({ authContext }, node) => decide(authContext, node),
 *   log,
 * });
 * const port = await server.listen("0.0.0.0:8001");
 * ```
 */
export class ServeXdsServer implements XdsListener {
  readonly #service: DiscoveryService;
  readonly #options: ServeXdsServerOptions;
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  #server: Deno.HttpServer | undefined;

  constructor(options: ServeXdsServerOptions) {
    this.#service = new DiscoveryService({ answerDeadline: defaultAnswerDeadline, ...options });
    this.#options = options;
    this.#log = options.log;
    this.#clock = options.clock ?? systemClock;
  }

  async listen(address: string): Promise<number> {
    const at = address.lastIndexOf(":");
    const { tls } = this.#options;
    const options: Deno.ServeTcpOptions = {
      hostname: address.slice(0, at).replace(/^\[(.*)\]$/, "$1"),
      port: Number(address.slice(at + 1)),
      signal: this.#stop.signal,
      onListen: () => {},
      ...(tls && { cert: tls.certificate, key: tls.privateKey }),
    };
    try {
      const handler = (request: Request, info: Deno.ServeHandlerInfo<Deno.NetAddr>) =>
        this.#answer(request, info.remoteAddr);
      const server = Deno.serve(options, handler);
      this.#server = server;
      return server.addr.port;
    } catch (cause) {
      throw new Error(`the xDS server cannot listen on ${address}`, { cause });
    }
  }

  snapshot(): XdsSnapshot {
    return this.#service.snapshot();
  }

  /** Ends all streams, then all connections. Envoys reconnect elsewhere. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#service[Symbol.dispose]();
    using _timer = this.#clock.timer(() => this.#stop.abort(), shutdownGrace);
    await this.#server?.shutdown();
  }

  async #answer(request: Request, { hostname, port }: Deno.NetAddr): Promise<Response> {
    const method = methods.get(new URL(request.url).pathname);
    const isGrpc = request.headers.get("content-type")?.startsWith("application/grpc");
    if (!isGrpc || request.body === null) return new Response(null, { status: 415 });
    if (method === undefined) return statusResponse(unimplemented, "no such method");
    const authentication = await this.#authenticate(request);
    if (authentication instanceof Response) return authentication;
    const peer = { address: `${hostname}:${port}`, ...authentication };
    return await this.#serve(peer, request.body, method);
  }

  async #authenticate({ headers }: Request): Promise<{ authContext?: unknown } | Response> {
    const { authenticate } = this.#options;
    if (authenticate === undefined) return {};
    const token = headers.get("authorization")?.match(/^Bearer +(\S+) *$/i)?.[1];
    try {
      const result = await authenticate(token);
      if ("authContext" in result) return result;
      this.#log.warn("refusing an xDS stream", { reason: result.refused });
      return statusResponse(statusCodes.Unauthenticated, result.refused);
    } catch (error) {
      this.#log.warn("cannot authenticate an xDS client", { error: describeError(error) });
      return statusResponse(statusCodes.Unavailable, "cannot authenticate");
    }
  }

  #serve(
    peer: Peer,
    requests: ReadableStream<Uint8Array>,
    method: DiscoveryMethod,
  ): Promise<Response> {
    const stream = new ServeStream(peer, requests);
    return stream.serve(this.#service.open(stream, method));
  }
}
