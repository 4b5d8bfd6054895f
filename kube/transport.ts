/**
 * HTTP to one API server: TLS, identity, connection reuse. Nothing of Kubernetes' own semantics.
 *
 * @module
 */
import type { ClusterConfig } from "./cluster_config.ts";
import type { Identity } from "./credential.ts";

/** One HTTP request, relative to the server's base URL. */
export interface TransportRequest {
  readonly method: string;
  /** Path and query, starting with a slash. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly signal: AbortSignal;
  /** A long answer that is read as it comes: a watch. */
  readonly streaming: boolean;
}

/** Carries requests to one server as one user. */
export interface Transport extends Disposable {
  /** Rejects only when there is no answer; every HTTP status is an answer. */
  send(request: TransportRequest): Promise<Response>;
  /** Forgets all connections: one of them has been found dead, the others may be as well. */
  reconnect(): void;
}

interface Connections extends Disposable {
  readonly certificate: string | undefined;
  readonly requests: Deno.HttpClient;
  readonly watches: Deno.HttpClient;
}

/**
 * The real {@linkcode Transport}, on `fetch`.
 *
 * Ordinary requests share one HTTP/2 connection. Watches get a connection each (HTTP/1.1): a dead
 * one then stalls nobody else, and they do not count against the server's limit of streams.
 */
export class HttpTransport implements Transport {
  #connections: Connections | undefined;

  constructor(private readonly config: ClusterConfig) {}

  async send(request: TransportRequest): Promise<Response> {
    const { credential } = this.config;
    const response = await this.#send(request, await credential.identity(false));
    if (response.status !== 401) return response;
    // Tokens rotate and kubeconfig files are replaced: look once whether there is a newer one.
    await response.body?.cancel();
    return await this.#send(request, await credential.identity(true));
  }

  #send(request: TransportRequest, identity: Identity): Promise<Response> {
    const { method, target, headers, body, signal, streaming } = request;
    const connections = this.#connect(identity);
    const authorization = identity.authorization;
    return fetch(this.config.server + target, {
      method,
      headers: authorization ? { ...headers, authorization } : headers,
      signal,
      client: streaming ? connections.watches : connections.requests,
      ...(body === undefined ? {} : { body }),
    });
  }

  #connect(identity: Identity): Connections {
    const certificate = identity.certificate?.cert;
    if (this.#connections?.certificate !== certificate) this.reconnect();
    return this.#connections ??= openConnections(this.config, identity);
  }

  reconnect(): void {
    this.#connections?.[Symbol.dispose]();
    this.#connections = undefined;
  }

  [Symbol.dispose](): void {
    this.reconnect();
  }
}

function openConnections(config: ClusterConfig, identity: Identity): Connections {
  const options = {
    ...(config.caCerts ? { caCerts: [...config.caCerts] } : {}),
    ...(config.proxyUrl ? { proxy: { url: config.proxyUrl } } : {}),
    ...identity.certificate,
  };
  const requests = Deno.createHttpClient({ ...options, http1: true, http2: true });
  const watches = Deno.createHttpClient({ ...options, http1: true, http2: false });
  return {
    certificate: identity.certificate?.cert,
    requests,
    watches,
    [Symbol.dispose]() {
      requests.close();
      watches.close();
    },
  };
}
