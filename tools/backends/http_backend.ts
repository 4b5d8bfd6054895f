/**
 * An HTTP server that says who it is and what it was asked.
 *
 * @module
 */
import type { BackendOptions } from "./tcp_backend.ts";

/** What an {@linkcode HttpBackend} saw of a request, and its answer's body as JSON. */
export interface SeenRequest {
  readonly identity: string;
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Address of the connection's other end. */
  readonly peer: string;
  /** Its port: requests over one connection have the same. */
  readonly peerPort: number;
}

/** Answers every request with a {@linkcode SeenRequest} and the header `x-backend`. */
export class HttpBackend implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #end = new AbortController();
  /** All requests so far, in order. */
  readonly requests: SeenRequest[] = [];
  /** HTTP status of every answer; change it to play a sick backend. */
  status = 200;
  readonly identity: string;

  /** Listens from the moment it exists. */
  constructor({ address = "127.0.0.1", port = 0, identity }: BackendOptions) {
    this.identity = identity;
    this.#server = Deno.serve(
      { hostname: address, port, signal: this.#end.signal, onListen() {} },
      (request, { remoteAddr }) => this.#answer(request, remoteAddr),
    );
  }

  get address(): string {
    return this.#server.addr.hostname;
  }

  get port(): number {
    return this.#server.addr.port;
  }

  /** Stops listening and closes every connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    // Unlike shutdown(), which waits for clients that keep their connection open.
    this.#end.abort();
    await this.#server.finished;
  }

  #answer(request: Request, { hostname: peer, port: peerPort }: Deno.NetAddr): Response {
    const { pathname, search } = new URL(request.url);
    const seen: SeenRequest = {
      identity: this.identity,
      method: request.method,
      path: pathname + search,
      headers: Object.fromEntries(request.headers),
      peer,
      peerPort,
    };
    this.requests.push(seen);
    return Response.json(seen, { status: this.status, headers: { "x-backend": this.identity } });
  }
}

/** Asks over a connection of its own, which a proxy routes anew; returns the identity. @throws Error. */
export async function askHttp(
  address: string,
  port: number,
  { deadline = 2_000 } = {},
): Promise<string> {
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  const signal = AbortSignal.timeout(deadline);
  const response = await fetch(`http://${address}:${port}/`, { client, signal });
  const seen = await response.json() as SeenRequest;
  return seen.identity;
}
