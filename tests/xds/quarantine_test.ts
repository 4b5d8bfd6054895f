/** Configuration that the real Envoy refuses, beside healthy neighbours. */
import assert from "node:assert/strict";
import { silentLogger } from "../../base/logger.ts";
import { typeUrls } from "../../envoy/proto/mod.ts";
import {
  encodeResource,
  type RejectedEvent,
  type Resource,
  ResourceStores,
  XdsServer,
} from "../../envoy/xds/mod.ts";
import { askTcp, eventually, freePort, TcpBackend } from "../harness/mod.ts";
import { tcpService } from "./l4.ts";
import { TestEnvoy } from "./test_envoy.ts";

/** A service whose listener, or cluster, no Envoy takes. */
function refusable(kind: "listener" | "cluster", name: string, port: number): Resource[] {
  const bad = kind === "listener"
    ? encodeResource(typeUrls.listener, name, {
      name,
      address: { socketAddress: { address: "127.0.0.1", portValue: port } },
      filterChains: [{
        filters: [{
          name: "unheard.of",
          typedConfig: {
            "type_url": "type.googleapis.com/no.such.Filter",
            value: new Uint8Array(),
          },
        }],
      }],
    })
    // The validation of the message itself: a negative timeout.
    : encodeResource(typeUrls.cluster, name, { name, connectTimeout: { seconds: -1 } });
  const rest = tcpService({ name, port, endpoints: [1] });
  return [bad, ...rest.filter(({ typeUrl }) => typeUrl !== bad.typeUrl)];
}

function setUp() {
  const stores = new ResourceStores();
  const rejected: RejectedEvent[] = [];
  const server = new XdsServer({
    stores,
    authorize: (_peer, node) => ({ fleet: node.id }),
    onRejected: (event) => rejected.push(event),
    log: silentLogger,
  });
  const store = stores.get("tenant-a");
  stores.markSynced();
  return { store, server, rejected };
}

function answers(port: number, identity: string): Promise<boolean> {
  return eventually(async () => await askTcp("127.0.0.1", port) === identity, {
    describe: `an answer of ${identity} on port ${port}`,
  });
}

for (const variant of ["delta", "sotw"] as const) {
  for (const kind of ["listener", "cluster"] as const) {
    Deno.test(`${variant}: a ${kind} that Envoy refuses harms no neighbour, and is sent no second time`, async () => {
      const { store, server, rejected } = setUp();
      await using _server = server;
      await using blue = new TcpBackend({ identity: "blue" });
      const ports = Array.from({ length: 4 }, () => freePort());
      ports.forEach((port, at) =>
        store.set(`good-${at}`, tcpService({ name: `good-${at}`, port, endpoints: [blue.port] }))
      );
      const badPort = freePort();
      store.set("bad", refusable(kind, "bad", badPort));
      const xdsPort = await server.listen("127.0.0.1:0");
      await using envoy = await TestEnvoy.start({ node: "tenant-a", variant, xdsPort });
      for (const port of ports) await answers(port, "blue");

      // It is known which one it was, and why.
      const [event] = await eventually(() => rejected.length > 0 && rejected);
      assert.deepEqual([...event!.resources.keys()], ["bad"]);
      assert.ok(event!.message.length > 10, event!.message);
      const typeUrl = event!.typeUrl;
      assert.equal(store.get(typeUrl, "bad"), undefined);

      // A change of a neighbour is not held up by it. (A refused listener has another chance later.)
      const refusals = rejected.length;
      await using green = new TcpBackend({ identity: "green" });
      const changed = { name: "good-0", port: ports[0]!, endpoints: [green.port] };
      store.set("good-0", tcpService(changed));
      await answers(ports[0]!, "green");
      if (kind === "cluster") assert.equal(rejected.length, refusals);

      // Mended, it is served like any other.
      store.set("bad", tcpService({ name: "bad", port: badPort, endpoints: [blue.port] }));
      await answers(badPort, "blue");
      assert.equal(envoy.process.running, true);
    });
  }

  Deno.test(`${variant}: when a change is refused, the last good cluster stays in use`, async () => {
    const { store, server, rejected } = setUp();
    await using _server = server;
    await using blue = new TcpBackend({ identity: "blue" });
    const port = freePort();
    const service = tcpService({ name: "web", port, endpoints: [blue.port] });
    store.set("web", service);
    const xdsPort = await server.listen("127.0.0.1:0");
    await using _envoy = await TestEnvoy.start({ node: "tenant-a", variant, xdsPort });
    await answers(port, "blue");
    const [bad] = refusable("cluster", "web", port);
    store.set("web", [bad!, ...service.filter(({ typeUrl }) => typeUrl !== typeUrls.cluster)]);
    await eventually(() => rejected.length > 0);
    const good = service.find(({ typeUrl }) => typeUrl === typeUrls.cluster);
    await eventually(() => store.get(typeUrls.cluster, "web")?.version === good?.version);
    assert.equal(await askTcp("127.0.0.1", port), "blue");

    // An Envoy that comes now gets what is good, and has nothing to refuse.
    const refusals = rejected.length;
    await using second = await TestEnvoy.start({ node: "tenant-a", variant, xdsPort });
    await second.reached("cluster_manager.cds.update_success", 1);
    await second.reached("listener_manager.lds.update_success", 1);
    assert.equal(rejected.length, refusals);
  });
}
