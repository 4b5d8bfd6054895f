/** What one client asks too much is refused; what it leaves open is closed; others notice nothing. */
import assert from "node:assert/strict";
import { connect } from "node:http2";
import { once } from "node:events";
import { status } from "@grpc/grpc-js";
import { silentLogger } from "../../base/logger.ts";
import { typeUrls } from "../../envoy/proto/mod.ts";
import { ResourceStores, XdsServer, type XdsServerOptions } from "../../envoy/xds/mod.ts";
import type { XdsListener } from "../../envoy/xds/transport.ts";
import { eventually } from "../harness/mod.ts";
import { GrpcClient } from "./grpc_client.ts";
import { named } from "./resources.ts";
import { TestEnvoy } from "./test_envoy.ts";
import { testOnEach } from "./transports.ts";

const node = { id: "tenant-a", cluster: "" };
const typeUrl = typeUrls.listener;

async function setUp(
  options: Partial<XdsServerOptions>,
  create = (options: XdsServerOptions): XdsListener => new XdsServer(options),
) {
  const stores = new ResourceStores();
  const store = stores.get("tenant-a");
  store.set("web", [named(typeUrl, "web", 1)]);
  stores.markSynced();
  const resources = new AsyncDisposableStack();
  const server = resources.use(
    create({
      stores,
      authorize: (_peer, { id }) => ({ fleet: id }),
      log: silentLogger,
      ...options,
    }),
  );
  const port = await server.listen("127.0.0.1:0");
  return {
    store,
    server,
    port,
    connect: () => resources.use(new GrpcClient(port)),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

Deno.test("a connection that opens no stream is ended, one with a stream is not", async () => {
  await using fixture = await setUp({ maxConnectionIdle: 500 });
  using stream = fixture.connect().delta();
  stream.send({ node, typeUrl });
  const { nonce } = await stream.read();
  stream.send({ typeUrl, responseNonce: nonce });
  const session = connect(`http://127.0.0.1:${fixture.port}`);
  await once(session, "connect");
  await once(session, "close");
  fixture.store.set("web", [named(typeUrl, "web", 2)]);
  assert.equal((await stream.read()).resources.length, 1);
});

testOnEach("a stream too many is refused; those that are open go on", async ({ create }) => {
  await using fixture = await setUp({ limits: { streamsPerConnection: 2 } }, create);
  const client = fixture.connect();
  const streams = [client.delta(), client.sotw()];
  for (const stream of streams) {
    stream.send({ node, typeUrl });
    await stream.read();
  }
  using third = client.delta();
  third.send({ node, typeUrl });
  const { code, details } = await third.ended;
  assert.equal(code, status.RESOURCE_EXHAUSTED);
  assert.match(details, /2 streams at most/);
  using other = fixture.connect().delta();
  other.send({ node, typeUrl });
  assert.equal((await other.read()).resources.length, 1);
  streams[0]![Symbol.dispose]();
  await eventually(async () => {
    using again = client.delta();
    again.send({ node, typeUrl });
    return (await again.read()).resources.length === 1;
  });
  streams[1]![Symbol.dispose]();
});

testOnEach("a connection too many is refused until another has gone", async ({ create }) => {
  await using fixture = await setUp({ limits: { connections: 1 } }, create);
  const first = fixture.connect().delta();
  first.send({ node, typeUrl });
  await first.read();
  const late = fixture.connect();
  using refused = late.delta();
  refused.send({ node, typeUrl });
  const { code, details } = await refused.ended;
  assert.equal(code, status.RESOURCE_EXHAUSTED);
  assert.match(details, /1 connections/);
  first[Symbol.dispose]();
  await eventually(async () => {
    using again = late.delta();
    again.send({ node, typeUrl });
    return (await again.read()).resources.length === 1;
  });
});

testOnEach(
  "a client that floods the server with requests loses that stream, another does not notice",
  async ({ create, tellsLate }) => {
    const limits = { requestBurst: 100, requestsPerSecond: 1 };
    await using fixture = await setUp({ limits }, create);
    using good = fixture.connect().delta();
    good.send({ node, typeUrl });
    const { nonce } = await good.read();
    good.send({ typeUrl, responseNonce: nonce });
    using flooding = fixture.connect().delta();
    for (let i = 0; i < 200; i++) {
      flooding.send({ node, typeUrl, resourceNamesSubscribe: [`name-${i}`] });
    }
    const { code } = await flooding.ended;
    if (tellsLate) assert.equal(code, status.RESOURCE_EXHAUSTED);
    fixture.store.set("more", [named(typeUrl, "more", 1)]);
    assert.deepEqual((await good.read()).resources.map(({ name }) => name), ["more"]);
  },
);

Deno.test("a connection that has its age is ended, and its client is served again at once", async () => {
  await using fixture = await setUp({ maxConnectionAge: 500 });
  const client = fixture.connect();
  for (let round = 0; round < 2; round++) {
    using stream = client.delta();
    stream.send({ node, typeUrl });
    assert.equal((await stream.read()).resources.length, 1);
    // The connection goes, and with it the stream: the client sees a reset.
    assert.notEqual((await stream.ended).code, status.OK);
  }
});

Deno.test("an Envoy that no longer answers is found, and served again when it does", async () => {
  await using fixture = await setUp({ keepalive: { interval: 300, timeout: 300 } });
  fixture.store.clear();
  await using envoy = await TestEnvoy.start({
    node: "tenant-a",
    variant: "delta",
    xdsPort: fixture.port,
  });
  const streams = () => fixture.server.snapshot().streams.length;
  await eventually(() => streams() === 1, { describe: "the stream of Envoy" });
  // The kernel still takes packets for it; only HTTP/2's ping shows that nobody is there.
  Deno.kill(envoy.process.pid, "SIGSTOP");
  try {
    await eventually(() => streams() === 0, { describe: "the end of the silent stream" });
  } finally {
    Deno.kill(envoy.process.pid, "SIGCONT");
  }
  await eventually(() => streams() === 1, { describe: "the stream of Envoy, anew" });
});
