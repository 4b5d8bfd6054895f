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
}

/** Answers every request with a {@linkcode SeenRequest} and the header `x-backend`. */
export class HttpBackend implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  /** All requests so far, in order. */
  readonly requests: SeenRequest[] = [];
  /** HTTP status of every answer; change it to play a sick backend. */
  status = 200;
  readonly identity: string;

  /** Listens from the moment it exists. */
  constructor({ address = "127.0.0.1", port = 0, identity }: BackendOptions) {
    this.identity = identity;
    this.#server = Deno.serve(
      { hostname: address, port, onListen() {} },
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
    await this.#server.shutdown();
  }

  #answer(request: Request, { hostname: peer }: Deno.NetAddr): Response {
    const { pathname, search } = new URL(request.url);
    const seen: SeenRequest = {
      identity: this.identity,
      method: request.method,
      path: pathname + search,
      headers: Object.fromEntries(request.headers),
      peer,
    };
    this.requests.push(seen);
    return Response.json(seen, { status: this.status, headers: { "x-backend": this.identity } });
  }
}
