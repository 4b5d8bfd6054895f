/**
 * A manager without Kubernetes as a process of its own, so that it can be killed: an xDS server on a
 * free port and a host runtime, with one fleet that serves the service given as JSON.
 *
 * ```sh
 * deno run -A tests/fleet/manager_process.ts <state directory> <envoy> <service> [drain]
 * ```
 *
 * @module
 */
import { createLogger } from "../../base/logger.ts";
import { type L4Service, translateL4Service } from "../../envoy/translate/mod.ts";
import { encodeResource, ResourceStores, XdsServer } from "../../envoy/xds/mod.ts";
import { HostRuntime } from "../../fleet/host/host_runtime.ts";

const [stateDirectory, envoyPath, json, drain] = Deno.args;
const service = JSON.parse(json!) as L4Service;
const fleet = service.name.split("/")[0]!;
const log = createLogger({ format: "text" });

const stores = new ResourceStores();
stores.get(fleet).set(
  "test",
  translateL4Service(service).map(({ typeUrl, name, message }) =>
    encodeResource(typeUrl, name, message)
  ),
);
const server = new XdsServer({ stores, authorize: (_peer, node) => ({ fleet: node.id }), log });
const port = await server.listen("127.0.0.1:0");
stores.markSynced();
const runtime = await HostRuntime.open({
  stateDirectory: stateDirectory!,
  envoyPath: envoyPath!,
  xds: { host: "127.0.0.1", port },
  concurrency: 1,
  drainOnExit: drain === "drain",
  log,
});
await runtime.ensure(fleet);

Deno.addSignalListener("SIGTERM", async () => {
  await runtime[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  Deno.exit(0);
});
