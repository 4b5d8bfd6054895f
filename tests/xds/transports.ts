/**
 * What carries xDS to clients: the same tests hold for each.
 *
 * @module
 */
import type { DiscoveryServiceOptions } from "../../envoy/xds/discovery_service.ts";
import { XdsServer } from "../../envoy/xds/mod.ts";
import { ServeXdsServer } from "../../envoy/xds/serve_server.ts";
import type { XdsListener } from "../../envoy/xds/transport.ts";

/** A way to serve. */
export interface TestedTransport {
  readonly name: string;
  /** Whether a client is told a status after its first response. */
  readonly tellsLate: boolean;
  create(options: DiscoveryServiceOptions): XdsListener;
}

/** All there are. */
export const transports: readonly TestedTransport[] = [
  { name: "grpc-js", tellsLate: true, create: (options) => new XdsServer(options) },
  { name: "Deno.serve", tellsLate: false, create: (options) => new ServeXdsServer(options) },
];

/** A test for each transport. */
export function testOnEach(
  title: string,
  run: (transport: TestedTransport) => Promise<void>,
): void {
  for (const transport of transports) {
    const test = () => run(transport);
    Deno.test(`${transport.name}: ${title}`, test);
  }
}
