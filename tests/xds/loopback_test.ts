/** The whole server over real gRPC, with a client that is driven by hand. */
import assert from "node:assert/strict";
import { status } from "@grpc/grpc-js";
import { silentLogger } from "../../base/logger.ts";
import { typeUrls } from "../../envoy/proto/mod.ts";
import type { DiscoveryServiceOptions } from "../../envoy/xds/discovery_service.ts";
import { ResourceStores } from "../../envoy/xds/mod.ts";
import { eventually } from "../harness/mod.ts";
import { GrpcClient, singleTypeMethods } from "./grpc_client.ts";
import { named } from "./resources.ts";
import { type TestedTransport, testOnEach } from "./transports.ts";

const node = { id: "tenant-a", cluster: "tenant-a" };

/** A synced server on a free port, with a store for tenant-a. */
async function setUp(
  transport: TestedTransport,
  options: Partial<DiscoveryServiceOptions> = {},
) {
  const stores = new ResourceStores();
  const store = stores.get("tenant-a");
  const resources = new AsyncDisposableStack();
  const server = resources.use(
    transport.create({
      stores,
      authorize: (_peer, { id }) =>
        id === "tenant-a" ? { fleet: id } : { refused: `node ${id} is unknown` },
      log: silentLogger,
      ...options,
    }),
  );
  const port = await server.listen("127.0.0.1:0");
  stores.markSynced();
  const connect = () => resources.use(new GrpcClient(port));
  return {
    stores,
    store,
    server,
    port,
    connect,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

testOnEach("delta: everything, a change, a removal, each acknowledged", async (transport) => {
  await using fixture = await setUp(transport);
  const { store, connect } = fixture;
  for (const name of ["web", "api"]) store.set(name, [named(typeUrls.listener, name, 1)]);
  using stream = connect().delta();
  const typeUrl = typeUrls.listener;
  stream.send({ node, typeUrl });
  const all = await stream.read();
  assert.deepEqual(all.resources.map(({ name }) => name), ["web", "api"]);
  stream.send({ typeUrl, responseNonce: all.nonce });
  store.set("web", [named(typeUrl, "web", 2)]);
  const change = await stream.read();
  assert.deepEqual(change.resources.map(({ name }) => name), ["web"]);
  stream.send({ typeUrl, responseNonce: change.nonce });
  store.delete("api");
  assert.deepEqual((await stream.read()).removedResources, ["api"]);
});

testOnEach("state of the world: everything each time, absence is removal", async (transport) => {
  await using fixture = await setUp(transport);
  const { store, connect } = fixture;
  for (const name of ["web", "api"]) store.set(name, [named(typeUrls.listener, name, 1)]);
  using stream = connect().sotw();
  const typeUrl = typeUrls.listener;
  stream.send({ node, typeUrl });
  const all = await stream.read();
  assert.equal(all.resources.length, 2);
  stream.send({ typeUrl, responseNonce: all.nonce, versionInfo: all.versionInfo });
  store.delete("api");
  const rest = await stream.read();
  assert.equal(rest.resources.length, 1);
  assert.notEqual(rest.versionInfo, all.versionInfo);
});

for (const [service, noun, typeUrl] of singleTypeMethods) {
  testOnEach(`${noun} on a stream of their own, in both variants`, async (transport) => {
    await using fixture = await setUp(transport);
    fixture.store.set("web", [named(typeUrl, "web", 1)]);
    const client = fixture.connect();
    using sotw = client.sotw(`/envoy.service.${service}/Stream${noun}`);
    sotw.send({ node, resourceNames: ["web"] });
    assert.equal((await sotw.read()).resources.length, 1);
    using delta = client.delta(`/envoy.service.${service}/Delta${noun}`);
    delta.send({ node, resourceNamesSubscribe: ["web"] });
    assert.deepEqual((await delta.read()).resources.map(({ name }) => name), ["web"]);
  });
}

testOnEach(
  "who is refused sees PERMISSION_DENIED and why; others are served",
  async (transport) => {
    await using fixture = await setUp(transport);
    const client = fixture.connect();
    using refused = client.delta();
    refused.send({ node: { id: "tenant-b" }, typeUrl: typeUrls.cluster });
    assert.deepEqual(await refused.ended, {
      code: status.PERMISSION_DENIED,
      details: "node tenant-b is unknown",
    });
    using served = client.delta();
    served.send({ node, typeUrl: typeUrls.cluster });
    await served.read();
  },
);

testOnEach(
  "a request without type, or for another type, ends that stream with INVALID_ARGUMENT",
  async (transport) => {
    await using fixture = await setUp(transport);
    const client = fixture.connect();
    using untyped = client.delta();
    untyped.send({ node });
    assert.equal((await untyped.ended).code, status.INVALID_ARGUMENT);
    using wrong = client.delta("/envoy.service.cluster.v3.ClusterDiscoveryService/DeltaClusters");
    wrong.send({ node, typeUrl: typeUrls.listener });
    assert.equal((await wrong.ended).code, status.INVALID_ARGUMENT);
  },
);

testOnEach(
  "a request of 10 MB ends its stream, and no other on the same connection",
  async (transport) => {
    await using fixture = await setUp(transport);
    const client = fixture.connect();
    using good = client.delta();
    good.send({ node, typeUrl: typeUrls.cluster });
    const { nonce } = await good.read();
    good.send({ typeUrl: typeUrls.cluster, responseNonce: nonce });
    using huge = client.delta();
    huge.send({ node, typeUrl: typeUrls.cluster, resourceNamesSubscribe: ["x".repeat(10 << 20)] });
    assert.equal((await huge.ended).code, status.RESOURCE_EXHAUSTED);
    fixture.store.set("web", [named(typeUrls.cluster, "web", 1)]);
    assert.equal((await good.read()).resources.length, 1);
  },
);

testOnEach(
  "10,000 clusters come in responses of 1 MiB at most, one at a time",
  async (transport) => {
    await using fixture = await setUp(transport);
    const { store, connect } = fixture;
    const count = 10_000;
    for (let i = 0; i < count; i++) {
      const name = `cluster-${i}`;
      store.set(name, [named(typeUrls.cluster, name, 1)]);
    }
    using stream = connect().delta();
    stream.send({ node, typeUrl: typeUrls.cluster });
    let received = 0;
    while (received < count) {
      const before = stream.received;
      const response = await stream.read();
      assert(stream.received - before <= 1 << 20);
      assert.equal(stream.unread, 0, "the next waits for the answer");
      received += response.resources.length;
      stream.send({ typeUrl: typeUrls.cluster, responseNonce: response.nonce });
    }
    assert.equal(received, count);
  },
);

testOnEach("a client that leaves is forgotten at once, orderly or not", async (transport) => {
  await using fixture = await setUp(transport);
  const { server, connect } = fixture;
  const client = connect();
  const stream = client.delta();
  stream.send({ node, typeUrl: typeUrls.cluster });
  await stream.read();
  assert.equal(server.snapshot().streams.length, 1);
  stream[Symbol.dispose]();
  await eventually(() => server.snapshot().streams.length === 0, { describe: "no stream" });
});

testOnEach(
  "a server that is disposed says UNAVAILABLE, and its port is free again",
  async (transport) => {
    const fixture = await setUp(transport);
    const stream = fixture.connect().delta();
    stream.send({ node, typeUrl: typeUrls.cluster });
    await stream.read();
    await fixture.server[Symbol.asyncDispose]();
    const { code } = await stream.ended;
    if (transport.tellsLate) assert.equal(code, status.UNAVAILABLE);
    await using again = transport.create({
      stores: fixture.stores,
      authorize: () => ({ refused: "" }),
      log: silentLogger,
    });
    assert.equal(await again.listen(`127.0.0.1:${fixture.port}`), fixture.port);
    await fixture[Symbol.asyncDispose]();
  },
);

testOnEach("a port that is taken is an error that names it", async (transport) => {
  await using fixture = await setUp(transport);
  await using second = transport.create({
    stores: fixture.stores,
    authorize: () => ({ refused: "" }),
    log: silentLogger,
  });
  const address = `127.0.0.1:${fixture.port}`;
  await assert.rejects(second.listen(address), new RegExp(`cannot listen on ${address}`));
});

testOnEach("one endpoint change among many is one small response", async (transport) => {
  await using fixture = await setUp(transport);
  const { store, connect } = fixture;
  const names = Array.from({ length: 1000 }, (_, i) => `tenant-a/lb-${i}/TCP/80`);
  for (const name of names) store.set(name, [named(typeUrls.endpoint, name, 1)]);
  using stream = connect().delta();
  const typeUrl = typeUrls.endpoint;
  stream.send({ node, typeUrl, resourceNamesSubscribe: names });
  for (let had = 0; had < names.length;) {
    const { nonce, resources } = await stream.read();
    had += resources.length;
    stream.send({ typeUrl, responseNonce: nonce });
  }
  const before = stream.received;
  store.set(names[500]!, [named(typeUrl, names[500]!, 2)]);
  const change = await stream.read();
  assert.deepEqual(change.resources.map(({ name }) => name), [names[500]]);
  assert(stream.received - before < 512, `${stream.received - before} bytes`);
});
