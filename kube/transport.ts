/**
 * HTTP to one API server: TLS, identity, connection reuse. Nothing of Kubernetes' own semantics.
 *
 * @module
 */
import type { ClusterConfig } from "./cluster_config.ts";
import type { Identity } from "./credential.ts";
import { obedient } from "./obedient_body.ts";

/** One HTTP request, relative to the server's base URL. */
export interface TransportRequest {
  readonly method: string;
  /** Path and query, starting with a slash. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly signal: AbortSignal;
}

/** Carries requests to one server as one user. */
export interface Transport extends Disposable {
  /** Rejects only when there is no answer; every HTTP status is an answer. */
  send(request: TransportRequest): Promise<Response>;
  /** Forgets all connections: one of them has been found dead, the others may be as well. */
  reconnect(): void;
}

interface Connections {
  /** The client certificate they were made with. */
  readonly certificate: string | undefined;
  readonly http: Deno.HttpClient;
}

/**
 * The real {@linkcode Transport}, on `fetch`.
 *
 * HTTP/1.1, a connection for each request under way. On HTTP/2 Deno's window updates meet Nagle's
 * algorithm and the server's delayed acknowledgement: a request that follows an answer waited 40 ms
 * (measured; Deno 2.9.3 offers no TCP_NODELAY for `fetch`). And a dead connection stalls nobody else.
 */
export class HttpTransport implements Transport {
  #connections: Connections | undefined;

  constructor(private readonly config: ClusterConfig) {}

  async send(request: TransportRequest): Promise<Response> {
    const response = await this.#send(request, await this.#identity(request, false));
    if (response.status !== 401) return response;
    // Tokens rotate and kubeconfig files are replaced: look once whether there is a newer one.
    await response.body?.cancel();
    return await this.#send(request, await this.#identity(request, true));
  }

  /** A plugin that hangs must hang neither a request beyond its deadline nor the end. */
  #identity({ signal }: TransportRequest, fresh: boolean): Promise<Identity> {
    return obedient(this.config.credential.identity(fresh), signal);
  }

  #send(request: TransportRequest, identity: Identity): Promise<Response> {
    const { method, target, headers, body, signal } = request;
    const connections = this.#connect(identity);
    const authorization = identity.authorization;
    return fetch(this.config.server + target, {
      method,
      headers: authorization ? { ...headers, authorization } : headers,
      signal,
      client: connections.http,
      ...(body === undefined ? {} : { body }),
    });
  }

  #connect(identity: Identity): Connections {
    const certificate = identity.certificate?.cert;
    if (this.#connections?.certificate !== certificate) this.reconnect();
    return this.#connections ??= openConnections(this.config, identity);
  }

  reconnect(): void {
    this.#connections?.http.close();
    this.#connections = undefined;
  }

  [Symbol.dispose](): void {
    this.reconnect();
  }
}

function openConnections(config: ClusterConfig, identity: Identity): Connections {
  const http = Deno.createHttpClient({
    ...(config.caCerts ? { caCerts: [...config.caCerts] } : {}),
    ...(config.proxyUrl ? { proxy: { url: config.proxyUrl } } : {}),
    ...identity.certificate,
    http1: true,
    http2: false,
  });
  return { certificate: identity.certificate?.cert, http };
}
