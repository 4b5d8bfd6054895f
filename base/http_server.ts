/**
 * A small HTTP server for health and metrics.
 *
 * @module
 */
import { describeError } from "./errors.ts";
import type { HealthChecks } from "./health_checks.ts";
import { type ListenAddress, parseListenAddress } from "./listen_address.ts";
import type { Logger } from "./logger.ts";
import type { Registry } from "./metrics.ts";

/** Answers requests below one path; `remote` is the client's IP address. */
export type HttpHandler = (
  request: Request,
  url: URL,
  remote: string,
) => Response | Promise<Response>;

/** What is served where. */
export interface HttpServerOptions {
  /** As {@linkcode parseListenAddress} reads it. */
  readonly address: string;
  /** For messages: `metrics`, `health`. */
  readonly name: string;
  /** By path prefix; the longest one that fits wins. */
  readonly routes: Readonly<Record<string, HttpHandler>>;
  readonly log: Logger;
}

/** A running server; disposing of it lets requests in flight finish. */
export class HttpServer implements AsyncDisposable {
  private constructor(private readonly server: Deno.HttpServer<Deno.NetAddr>) {}

  /** The port that is really used, also when `:0` was asked for. */
  get port(): number {
    return this.server.addr.port;
  }

  /**
   * Starts to listen; `undefined` when the address says not to.
   *
   * @throws when the address is taken or not of this machine; the message says which.
   */
  static listen(options: HttpServerOptions): HttpServer | undefined {
    const address = parseListenAddress(options.address);
    if (address === undefined) return undefined;
    return new HttpServer(serve(address, options));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.shutdown();
  }
}

function serve(
  address: ListenAddress,
  { address: text, name, routes, log }: HttpServerOptions,
): Deno.HttpServer<Deno.NetAddr> {
  const prefixes = Object.keys(routes).toSorted((left, right) => right.length - left.length);
  const handle = (
    request: Request,
    { remoteAddr }: Deno.ServeHandlerInfo<Deno.NetAddr>,
  ): Response | Promise<Response> => {
    const url = new URL(request.url);
    const prefix = prefixes.find((prefix) => fits(url.pathname, prefix));
    if (prefix === undefined) return notFound();
    return routes[prefix]!(request, url, remoteAddr.hostname);
  };
  const onError = (error: unknown) => {
    log.error("a request could not be answered", { server: name, error });
    return new Response("internal error\n", { status: 500 });
  };
  const onListen = () => log.info("listening", { server: name, address: text });
  // "::" also takes IPv4, as Go's ":port" does; "0.0.0.0" where the machine has no IPv6.
  const hostnames = address.hostname ? [address.hostname] : ["::", "0.0.0.0"];
  let failure: unknown;
  for (const hostname of hostnames) {
    try {
      return Deno.serve({ port: address.port, hostname, onListen, onError }, handle);
    } catch (error) {
      failure = error;
      if (error instanceof Deno.errors.AddrInUse) break;
    }
  }
  throw new Error(`cannot listen on ${text} for ${name}: ${describeError(failure)}`, {
    cause: failure,
  });
}

function notFound(): Response {
  return new Response("not found\n", { status: 404 });
}

/** Lets only programs of this machine (or pod) see what `handler` answers. */
export function loopbackOnly(handler: HttpHandler): HttpHandler {
  return (request, url, remote) =>
    /^(::ffff:)?127\.|^::1$/.test(remote) ? handler(request, url, remote) : notFound();
}

function fits(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(prefix.endsWith("/") ? prefix : `${prefix}/`);
}

/** `/healthz` (the process lives) and `/readyz` (it can do its work). */
export function healthRoutes(live: HealthChecks, ready: HealthChecks): Record<string, HttpHandler> {
  return {
    "/healthz": (_request, url) => live.answer("/healthz", url.pathname, url.searchParams),
    "/readyz": (_request, url) => ready.answer("/readyz", url.pathname, url.searchParams),
  };
}

/** `/metrics` in Prometheus' text format. */
export function metricsRoutes(registry: Registry): Record<string, HttpHandler> {
  return {
    "/metrics": async () =>
      new Response(await registry.metrics(), {
        headers: { "content-type": registry.contentType },
      }),
  };
}
