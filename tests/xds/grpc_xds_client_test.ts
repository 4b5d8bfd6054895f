/**
 * The gRPC authors' own client of the protocol (`@grpc/grpc-js-xds`, state of the world, aggregated)
 * against our server: it names its listeners and clusters, as no Envoy does.
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { silentLogger } from "../../base/logger.ts";
import { envoy, typeUrls } from "../../envoy/proto/mod.ts";
import { encodeResource, type RejectedEvent, ResourceStores } from "../../envoy/xds/mod.ts";
import { eventually, type ManagedProcess, Sandbox } from "../harness/mod.ts";
import { apiListener, cluster, IdentityService, routeTo } from "./proxyless.ts";
import { type TestedTransport, testOnEach } from "./transports.ts";

const program = fileURLToPath(new URL("proxyless_client.ts", import.meta.url));

async function setUp(transport: TestedTransport) {
  await using resources = new AsyncDisposableStack();
  const stores = new ResourceStores();
  const rejected: RejectedEvent[] = [];
  const start = () =>
    transport.create({
      stores,
      authorize: (_peer, { id }) => ({ fleet: id }),
      onRejected: (event) => rejected.push(event),
      log: silentLogger,
    });
  const server = resources.use(start());
  const port = await server.listen("127.0.0.1:0");
  stores.markSynced();
  const ports: Record<string, number> = {};
  for (const identity of ["blue", "green"]) {
    ports[identity] = await resources.use(new IdentityService(identity)).listen();
  }
  const sandbox = resources.use(await Sandbox.create("grpc-xds"));
  const client = await sandbox.start({
    name: "client",
    command: Deno.execPath(),
    args: ["run", "--allow-all", "--no-prompt", program, "xds:///web"],
    env: { "GRPC_XDS_BOOTSTRAP_CONFIG": bootstrap(port) },
  });
  const moved = resources.move();
  return {
    store: stores.get("tenant-a"),
    rejected,
    server,
    port,
    start,
    ports: ports as { blue: number; green: number },
    client,
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  };
}

function bootstrap(port: number): string {
  return JSON.stringify({
    "xds_servers": [{
      "server_uri": `127.0.0.1:${port}`,
      "channel_creds": [{ type: "insecure" }],
      "server_features": ["xds_v3"],
    }],
    node: { id: "tenant-a", locality: {} },
  });
}

function says(client: ManagedProcess, pattern: RegExp): Promise<boolean> {
  const last = async () => (await client.log()).trimEnd().split("\n").at(-1) ?? "";
  return eventually(async () => pattern.test(await last()), {
    deadline: 20_000,
    describe: async () => `${pattern} from the client, which says:\n${await client.logTail()}`,
  });
}

/** Who answered since the first answer; there was nothing else, as an error, in between. */
async function servedBy(client: ManagedProcess, first: string, ...others: string[]) {
  const log = await client.log();
  const answers = log.slice(log.indexOf(`\n${first}\n`)).trim().split("\n");
  assert.deepEqual(answers, [first, ...others]);
}

testOnEach("a gRPC client without Envoy is led by every kind of resource", async (transport) => {
  await using fixture = await setUp(transport);
  const { store, client, ports } = fixture;
  // It comes before there is anything; grpc-js-xds gives up on a name after 15 s, and asks on.
  store.set("green", cluster("green", ports.green));
  store.set("web", [apiListener("web"), routeTo("web", "blue"), ...cluster("blue", ports.blue)]);
  await says(client, /^blue$/);
  store.set("web", [apiListener("web"), routeTo("web", "blue"), ...cluster("blue", ports.green)]);
  await says(client, /^green$/);
  store.set("web", [apiListener("web"), routeTo("web", "other"), ...cluster("other", ports.blue)]);
  await says(client, /^blue$/);
  store.set("web", [apiListener("web", "elsewhere"), ...cluster("other", ports.blue)]);
  store.set("routes", [routeTo("elsewhere", "green", "web")]);
  await says(client, /^green$/);
  store.delete("web");
  await says(client, /^error 14/);
  assert.deepEqual(fixture.rejected, []);
});

testOnEach(
  "what such a client refuses is known, and the last good stays in use",
  async (transport) => {
    await using fixture = await setUp(transport);
    const { store, client, ports, rejected } = fixture;
    const front = [apiListener("web"), routeTo("web", "blue")];
    const [_good, endpoints] = cluster("blue", ports.blue);
    store.set("web", [...front, ...cluster("blue", ports.blue)]);
    await says(client, /^blue$/);
    // Endpoints by discovery, but not from where.
    const { EDS } = envoy.config.cluster.v3.Cluster.DiscoveryType;
    const bad = encodeResource(typeUrls.cluster, "blue", { name: "blue", type: EDS });
    store.set("web", [...front, bad, endpoints!]);
    await eventually(() => rejected.length > 0, { describe: "a refusal" });
    const { typeUrl, resources } = rejected[0]!;
    assert.deepEqual([typeUrl, [...resources.keys()]], [typeUrls.cluster, ["blue"]]);
    store.set("web", [...front, ...cluster("blue", ports.green)]);
    await says(client, /^green$/);
    assert.equal(rejected.length, 1);
    await servedBy(client, "blue", "green");
  },
);

testOnEach(
  "such a client goes on while the server is away, and follows it when it is back",
  async (transport) => {
    await using fixture = await setUp(transport);
    const { store, client, ports } = fixture;
    const web = (port: number) => [
      apiListener("web"),
      routeTo("web", "blue"),
      ...cluster("blue", port),
    ];
    store.set("web", web(ports.blue));
    await says(client, /^blue$/);
    await fixture.server[Symbol.asyncDispose]();
    store.set("web", web(ports.green));
    await using again = fixture.start();
    await again.listen(`127.0.0.1:${fixture.port}`);
    await says(client, /^green$/);
    await servedBy(client, "blue", "green");
  },
);
