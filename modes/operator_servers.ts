/**
 * The HTTP servers for those who run the program: probes and metrics.
 *
 * @module
 */
import { type HttpHandler, HttpServer, metricsRoutes } from "../base/http_server.ts";
import type { Logger } from "../base/logger.ts";
import type { Registry } from "../base/metrics.ts";
import { blameFlag } from "./blame_flag.ts";

/** The flags that say where they listen; "0" or empty is nowhere. */
interface Addresses {
  readonly "health-probe-bind-address": string;
  readonly "metrics-addr": string;
}

/**
 * Serves until the result is disposed of.
 *
 * @param health what is served beside the metrics, at an address of its own.
 * @throws Error that begins with the flag whose address cannot be listened on.
 */
export async function serveOperators(
  addresses: Addresses,
  health: Record<string, HttpHandler>,
  metrics: Registry,
  log: Logger,
): Promise<AsyncDisposable> {
  await using servers = new AsyncDisposableStack();
  const serve = async (
    name: string,
    flag: keyof Addresses,
    routes: Record<string, HttpHandler>,
  ) => {
    const start = () => HttpServer.listen({ name, address: addresses[flag], routes, log });
    servers.use((await blameFlag(flag, start)) ?? null);
  };
  await serve("health", "health-probe-bind-address", health);
  await serve("metrics", "metrics-addr", metricsRoutes(metrics));
  return servers.move();
}
