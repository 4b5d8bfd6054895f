/** The real Envoy as a client: it takes what it is given, and traffic goes where it should. */
import assert from "node:assert/strict";
import { silentLogger } from "../../base/logger.ts";
import { Registry } from "../../base/metrics.ts";
import type { DiscoveryServiceOptions } from "../../envoy/xds/discovery_service.ts";
import { ResourceStores } from "../../envoy/xds/mod.ts";
import type { XdsListener } from "../../envoy/xds/transport.ts";
import { askTcp, eventually, freePort, TcpBackend } from "../harness/mod.ts";
import { quickCheck, tcpService } from "./l4.ts";
import { BlackHole } from "../../tools/backends/black_hole.ts";
import { TestEnvoy } from "./test_envoy.ts";
import { type TestedTransport, testOnEach } from "./transports.ts";

function startServer(
  transport: TestedTransport,
  stores: ResourceStores,
  overrides: Partial<DiscoveryServiceOptions> = {},
): XdsListener {
  return transport.create({
    stores,
    authorize: (_peer, node) => ({ fleet: node.id }),
    log: silentLogger,
    ...overrides,
  });
}

async function counted(registry: Registry, metric: string): Promise<number> {
  const name = `kubelb_envoy_control_plane_${metric}`;
  const { values } = await registry.getSingleMetric(name)!.get();
  return values.reduce((sum, { value }) => sum + value, 0);
}

function answers(port: number, identity: string): Promise<boolean> {
  return eventually(async () => await askTcp("127.0.0.1", port) === identity, {
    describe: `an answer of ${identity} on port ${port}`,
  });
}

function refuses(port: number): Promise<boolean> {
  const attempt = () => askTcp("127.0.0.1", port).then(() => undefined, (error: unknown) => error);
  return eventually(
    async () => await attempt() instanceof Deno.errors.ConnectionRefused,
    { describe: `refusal on port ${port}` },
  );
}

/** An Envoy with the front ports `web` and `other`, which answer "blue", and whose server has ended. */
class OrphanedEnvoy implements AsyncDisposable {
  private constructor(
    readonly stores: ResourceStores,
    readonly ports: { readonly web: number; readonly other: number },
    readonly envoy: TestEnvoy,
    private readonly resources: AsyncDisposableStack,
  ) {}

  static async start(
    transport: TestedTransport,
    variant: "delta" | "sotw",
  ): Promise<OrphanedEnvoy> {
    await using resources = new AsyncDisposableStack();
    const stores = new ResourceStores();
    const blue = resources.use(new TcpBackend({ identity: "blue" }));
    const ports = { web: freePort(), other: freePort() };
    for (const [name, port] of Object.entries(ports)) {
      stores.get("tenant-a").set(name, tcpService({ name, port, endpoints: [blue.port] }));
    }
    stores.markSynced();
    await using server = startServer(transport, stores);
    const xdsPort = await server.listen("127.0.0.1:0");
    const envoy = resources.use(await TestEnvoy.start({ node: "tenant-a", variant, xdsPort }));
    for (const port of Object.values(ports)) await answers(port, "blue");
    return new OrphanedEnvoy(stores, ports, envoy, resources.move());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.resources.disposeAsync();
  }
}

for (const variant of ["delta", "sotw"] as const) {
  testOnEach(
    `${variant}: Envoy carries a request, follows endpoints, stops when the listener goes`,
    async (transport) => {
      const stores = new ResourceStores();
      const store = stores.get("tenant-a");
      await using server = startServer(transport, stores);
      const xdsPort = await server.listen("127.0.0.1:0");
      await using blue = new TcpBackend({ identity: "blue" });
      await using green = new TcpBackend({ identity: "green" });
      const port = freePort();
      const service = (endpoints: number[]) => tcpService({ name: "web", port, endpoints });
      store.set("web", service([blue.port]));
      stores.markSynced();
      await using _envoy = await TestEnvoy.start({ node: "tenant-a", variant, xdsPort });

      await answers(port, "blue");
      assert.equal(store.set("web", service([green.port])), 1, "only the endpoints changed");
      await answers(port, "green");
      store.delete("web");
      await refuses(port);
    },
  );

  testOnEach(
    `${variant}: an Envoy that comes before the first resource gets it when it appears`,
    async (transport) => {
      const stores = new ResourceStores();
      await using server = startServer(transport, stores);
      const xdsPort = await server.listen("127.0.0.1:0");
      stores.markSynced();
      await using envoy = await TestEnvoy.start({ node: "tenant-a", variant, xdsPort });
      await envoy.reached("listener_manager.lds.update_success", 1);
      await using blue = new TcpBackend({ identity: "blue" });
      const port = freePort();
      stores.get("tenant-a").set("web", tcpService({ name: "web", port, endpoints: [blue.port] }));
      await answers(port, "blue");
    },
  );

  testOnEach(
    `${variant}: a server that comes back has nothing to say if nothing changed, and drops nothing`,
    async (transport) => {
      await using green = new TcpBackend({ identity: "green" });
      await using orphan = await OrphanedEnvoy.start(transport, variant);
      const { stores, envoy, ports: { web: port } } = orphan;
      assert.equal(await askTcp("127.0.0.1", port), "blue");

      const registry = new Registry();
      await using second = startServer(transport, stores, { metrics: registry });
      await envoy.moveTo(await second.listen("127.0.0.1:0"));
      await eventually(async () => await counted(registry, "grpc_requests_total") >= 3, {
        describe: "Envoy's requests to the second server",
      });
      assert.equal(await askTcp("127.0.0.1", port), "blue");
      const change = tcpService({ name: "web", port, endpoints: [green.port] });
      stores.get("tenant-a").set("web", change);
      await answers(port, "green");
      const responses = await counted(registry, "grpc_responses_total");
      // State of the world cannot say which endpoints the client has: those are sent once more.
      const expected = variant === "delta" ? 1 : 2;
      assert.equal(responses, expected, "nothing but the endpoints that changed");
      assert.equal(await counted(registry, "rejects_total"), 0);
    },
  );
}

for (const variant of ["delta", "sotw"] as const) {
  testOnEach(
    `${variant}: what went while no server was there is taken from Envoy afterwards`,
    async (transport) => {
      await using orphan = await OrphanedEnvoy.start(transport, variant);
      const { stores, envoy, ports } = orphan;
      stores.get("tenant-a").delete("other");

      await using second = startServer(transport, stores);
      await envoy.moveTo(await second.listen("127.0.0.1:0"));
      await refuses(ports.other);
      await envoy.reached("cluster_manager.cluster_removed", 1);
      assert.equal(await askTcp("127.0.0.1", ports.web), "blue");
    },
  );
}

for (const variant of ["delta", "sotw"] as const) {
  testOnEach(
    `${variant}: a cluster that changes is warm at once, though its endpoints are the same`,
    async (transport) => {
      const stores = new ResourceStores();
      const store = stores.get("tenant-a");
      await using server = startServer(transport, stores);
      stores.markSynced();
      const xdsPort = await server.listen("127.0.0.1:0");
      await using blue = new TcpBackend({ identity: "blue" });
      const port = freePort();
      const service = { name: "web", port, endpoints: [blue.port] };
      store.set("web", tcpService(service));
      await using envoy = await TestEnvoy.start({ node: "tenant-a", variant, xdsPort });
      await answers(port, "blue");
      const overrides = { healthCheck: quickCheck };
      assert.equal(store.set("web", tcpService({ ...service, overrides })), 1, "only the cluster");
      // Else Envoy waits 15 s, and goes on with the old cluster.
      await envoy.reached("cluster_manager.cluster_modified", 1);
      await eventually(async () => await envoy.stat("cluster_manager.warming_clusters") === 0);
      await envoy.reached("cluster.web.health_check.success", 1);
      await answers(port, "blue");
    },
  );
}

testOnEach(
  "a starting Envoy is ready with all its listeners, however large they are together",
  async (transport) => {
    const stores = new ResourceStores();
    const store = stores.get("tenant-a");
    // As many bytes as a fleet with thousands of ports has: later responses end at 32 KiB.
    const sourceRanges = Array.from({ length: 250 }, (_, at) => `10.0.${at}.0/24`);
    const count = 40;
    for (let at = 0; at < count; at++) {
      const overrides = { sourceRanges };
      store.set(
        `${at}`,
        tcpService({ name: `${at}`, port: freePort(), endpoints: [1], overrides }),
      );
    }
    await using server = startServer(transport, stores);
    stores.markSynced();
    const xdsPort = await server.listen("127.0.0.1:0");
    await using envoy = await TestEnvoy.start({ node: "tenant-a", variant: "delta", xdsPort });
    await envoy.reached("listener_manager.lds.update_success", 1);
    // Its own are for statistics and readiness.
    assert.equal(await envoy.stat("listener_manager.listener_create_success"), count + 2);
    assert.equal(
      await envoy.stat("listener_manager.lds.update_success"),
      1,
      "of a single response",
    );
  },
);

testOnEach(
  "a load balancer whose endpoints are dead does not delay the next one",
  async (transport) => {
    const stores = new ResourceStores();
    const store = stores.get("tenant-a");
    await using server = startServer(transport, stores);
    stores.markSynced();
    const xdsPort = await server.listen("127.0.0.1:0");
    await using blue = new TcpBackend({ identity: "blue" });
    await using envoy = await TestEnvoy.start({ node: "tenant-a", variant: "delta", xdsPort });
    const [first, second, third] = [freePort(), freePort(), freePort()];
    store.set("first", tcpService({ name: "first", port: first, endpoints: [blue.port] }));
    await answers(first, "blue");

    await using hole = await BlackHole.open();
    const healthCheck = {
      kind: "tcp",
      intervalSeconds: 5,
      timeoutSeconds: 5,
      unhealthyThreshold: 3,
      healthyThreshold: 2,
    } as const;
    const dead = { name: "dead", port: second, endpoints: [hole.port], overrides: { healthCheck } };
    store.set("dead", tcpService(dead));
    await envoy.reached("cluster_manager.cluster_added", 4);
    const start = performance.now();
    store.set("third", tcpService({ name: "third", port: third, endpoints: [blue.port] }));
    await answers(third, "blue");
    assert(performance.now() - start < 1500, `${performance.now() - start} ms`);
  },
);
