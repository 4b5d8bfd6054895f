/**
 * A program: our xDS server with a given number of clusters and their endpoint assignments, driven by
 * lines on standard input as `bench/go_control_plane` is. It ends with its input.
 *
 * `deno run -A bench/xds/our_server.ts 1000` prints `port N` when it can be asked, and obeys
 * `set <name> <address>`: the one endpoint of that cluster has another address now.
 *
 * @module
 */
import { silentLogger } from "../../base/logger.ts";
import { envoy, typeUrls } from "../../envoy/proto/mod.ts";
import { encodeResource, type Resource, ResourceStores, XdsServer } from "../../envoy/xds/mod.ts";
import { printLine } from "../../tools/process/print_line.ts";
import { firstAddress, nameOf, node } from "./trace.ts";

const stores = new ResourceStores();
const store = stores.get(node);
const clusters = new Map<string, Resource>();

function newCluster(name: string): Resource {
  return encodeResource(typeUrls.cluster, name, {
    name,
    connectTimeout: { seconds: 5 },
    type: envoy.config.cluster.v3.Cluster.DiscoveryType.EDS,
    edsClusterConfig: {
      edsConfig: { ads: {}, resourceApiVersion: envoy.config.core.v3.ApiVersion.V3 },
    },
  });
}

function newEndpoints(clusterName: string, address: string): Resource {
  const socketAddress = { address, portValue: 8080 };
  return encodeResource(typeUrls.endpoint, clusterName, {
    clusterName,
    endpoints: [{ lbEndpoints: [{ endpoint: { address: { socketAddress } } }] }],
  });
}

for (let index = 0; index < Number(Deno.args[0]); index++) {
  const name = nameOf(index);
  const cluster = newCluster(name);
  clusters.set(name, cluster);
  store.set(name, [cluster, newEndpoints(name, firstAddress)]);
}
stores.markSynced();
const authorize = () => ({ fleet: node });
await using server = new XdsServer({ stores, authorize, log: silentLogger });
printLine(`port ${await server.listen("127.0.0.1:0")}`);

// Not by the stream: its share in a change would be counted as the server's.
const buffer = new Uint8Array(64 << 10);
const decoder = new TextDecoder();
let rest = "";
for (let length; (length = await Deno.stdin.read(buffer)) !== null;) {
  const lines = (rest + decoder.decode(buffer.subarray(0, length))).split("\n");
  rest = lines.pop() ?? "";
  for (const line of lines) {
    const [verb, name = "", address = ""] = line.split(" ");
    const cluster = clusters.get(name);
    if (verb !== "set" || cluster === undefined) throw new Error(`not a command: ${line}`);
    store.set(name, [cluster, newEndpoints(name, address)]);
  }
}
