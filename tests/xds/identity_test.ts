/** Who gets what: mutual TLS between the server and clients with all sorts of credentials. */
import assert from "node:assert/strict";
import { connect } from "node:tls";
import { status } from "@grpc/grpc-js";
import { createAuthority, type KeyPair } from "../../base/certificates.ts";
import { systemClock } from "../../base/clock.ts";
import { silentLogger } from "../../base/logger.ts";
import { authorizeByCertificate } from "../../controllers/manager/identity/authorize_fleet.ts";
import { typeUrls } from "../../envoy/proto/mod.ts";
import { ResourceStores, XdsServer } from "../../envoy/xds/mod.ts";
import { peerCertificate } from "../../envoy/xds/peer_certificate.ts";
import { TlsCredentials } from "../../envoy/xds/tls_credentials.ts";
import { fleetId } from "../../fleet/identity/spiffe_id.ts";
import { XdsIdentity } from "../../fleet/identity/xds_identity.ts";
import { clientCredentials } from "../../tools/installation/envoy_identity.ts";
import { forgedCertificate } from "../harness/mod.ts";
import { GrpcClient, singleTypeMethods } from "./grpc_client.ts";
import { named } from "./resources.ts";

const hour = 3_600_000;

/** A server with mutual TLS that has one resource of each type for tenant-a and for tenant-b. */
async function setUp() {
  const identity = new XdsIdentity(systemClock);
  identity.use({ current: await newAuthority(), retired: [] });
  const tls = new TlsCredentials();
  const present = async () =>
    tls.update({ ...await identity.issueManager(), trust: identity.trust() });
  await present();
  const stores = new ResourceStores();
  for (const fleet of ["tenant-a", "tenant-b"]) {
    const resources = singleTypeMethods.map(([_, __, type]) => named(type, `${fleet}-secret`, 1));
    stores.get(fleet).set("all", resources);
  }
  stores.markSynced();
  const resources = new AsyncDisposableStack();
  const server = resources.use(
    new XdsServer({
      stores,
      authorize: (peer, { id }) => authorizeByCertificate(peerCertificate(peer), id, stores),
      credentials: tls.credentials,
      log: silentLogger,
    }),
  );
  const port = await server.listen("127.0.0.1:0");
  const connect = (pair?: KeyPair, trust = identity.trust()) =>
    resources.use(new GrpcClient(port, clientCredentials(trust, pair)));
  return {
    identity,
    stores,
    port,
    connect,
    present,
    resources,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

function newAuthority(): Promise<KeyPair> {
  const now = Date.now();
  return createAuthority("test", { notBefore: now - hour, notAfter: now + hour });
}

/**
 * How many bytes the server says inside TLS to a client that has connected: HTTP/2 greets at once.
 * By hand, because the gRPC client goes on trying when it is refused.
 */
async function greeting(
  { port, identity }: { port: number; identity: XdsIdentity },
  pair: KeyPair | undefined,
): Promise<number> {
  const socket = connect({
    host: "127.0.0.1",
    port,
    ca: identity.trust(),
    ...(pair && { cert: pair.certificate, key: pair.privateKey }),
    servername: "kubelb",
    checkServerIdentity: () => undefined,
    ALPNProtocols: ["h2"],
  });
  const { promise, resolve } = Promise.withResolvers<number>();
  socket.once("data", (bytes: Uint8Array) => resolve(bytes.length));
  socket.once("error", () => resolve(0));
  socket.once("close", () => resolve(0));
  const heard = await promise;
  if (!socket.closed) {
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.destroy();
    await closed;
  }
  return heard;
}

Deno.test("a fleet with its own certificate gets its resources, type by type", async () => {
  await using fixture = await setUp();
  const client = fixture.connect(await fixture.identity.issueFleet("tenant-a"));
  const node = { id: "tenant-a", cluster: "" };
  for (const [service, noun] of singleTypeMethods) {
    using stream = client.delta(`/envoy.service.${service}/Delta${noun}`);
    stream.send({ node, resourceNamesSubscribe: ["tenant-a-secret"] });
    const { resources } = await stream.read();
    assert.deepEqual(resources.map(({ name }) => name), ["tenant-a-secret"], noun);
  }
});

Deno.test("with another fleet's certificate no type is answered, in neither variant", async () => {
  await using fixture = await setUp();
  const client = fixture.connect(await fixture.identity.issueFleet("tenant-b"));
  const node = { id: "tenant-a", cluster: "" };
  for (const [service, noun, typeUrl] of singleTypeMethods) {
    using delta = client.delta(`/envoy.service.${service}/Delta${noun}`);
    delta.send({ node, resourceNamesSubscribe: ["tenant-a-secret", "*"] });
    using sotw = client.sotw(`/envoy.service.${service}/Stream${noun}`);
    sotw.send({ node, resourceNames: ["tenant-a-secret"] });
    using ads = client.delta();
    ads.send({ node, typeUrl });
    for (const stream of [delta, sotw, ads]) {
      assert.equal((await stream.ended).code, status.PERMISSION_DENIED, noun);
      assert.equal(stream.received, 0, noun);
    }
  }
});

Deno.test("a fleet that asks for another's names gets nothing of them", async () => {
  await using fixture = await setUp();
  const client = fixture.connect(await fixture.identity.issueFleet("tenant-b"));
  using stream = client.delta();
  const node = { id: "tenant-b", cluster: "" };
  stream.send({ node, typeUrl: typeUrls.secret, resourceNamesSubscribe: ["tenant-a-secret"] });
  const { resources, removedResources } = await stream.read();
  assert.deepEqual([resources, removedResources], [[], ["tenant-a-secret"]]);
});

Deno.test("without, with an expired, a future, a server's or a foreign certificate nothing is served", async () => {
  await using fixture = await setUp();
  const { current } = fixture.identity.authorities!;
  const id = fleetId("tenant-a");
  const pairs: Record<string, KeyPair | undefined> = {
    none: undefined,
    expired: await forgedCertificate(current, id, { to: -1_000 }),
    "not yet valid": await forgedCertificate(current, id, { from: hour / 2 }),
    "for servers": await forgedCertificate(current, id, { usage: "server" }),
    "of another authority": await forgedCertificate(await newAuthority(), id),
  };
  for (const [what, pair] of Object.entries(pairs)) {
    assert.equal(await greeting(fixture, pair), 0, what);
  }
  // The same question with a good certificate shows that it can be answered otherwise.
  assert.ok(await greeting(fixture, await fixture.identity.issueFleet("tenant-a")) > 0);
});

Deno.test("a plaintext client is not served", async () => {
  await using fixture = await setUp();
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: fixture.port });
  await connection.write(new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
  const answer = new Uint8Array(64);
  const length = await connection.read(answer) ?? 0;
  // At most a TLS alert (record type 21): not one frame of HTTP/2.
  assert.ok(length === 0 || answer[0] === 21, `answered ${answer.subarray(0, length)}`);
});

Deno.test("another authority takes over without ending a stream, and the old one counts no more", async () => {
  await using fixture = await setUp();
  const { identity, stores } = fixture;
  const node = { id: "tenant-a", cluster: "" };
  const old = await identity.issueFleet("tenant-a");
  using open = fixture.connect(old).delta();
  open.send({ node, typeUrl: typeUrls.listener });
  const first = await open.read();
  open.send({ typeUrl: typeUrls.listener, responseNonce: first.nonce });

  identity.use({ current: await newAuthority(), retired: [] });
  await fixture.present();
  stores.get("tenant-a").set("more", [named(typeUrls.listener, "more", 1)]);
  assert.deepEqual((await open.read()).resources.map(({ name }) => name), ["more"]);

  using fresh = fixture.connect(await identity.issueFleet("tenant-a")).delta();
  fresh.send({ node, typeUrl: typeUrls.listener });
  assert.equal((await fresh.read()).resources.length, 2);
  assert.equal(await greeting(fixture, old), 0);
});

Deno.test("a stream ends with the certificate that opened it", async () => {
  await using fixture = await setUp();
  const pair = await forgedCertificate(fixture.identity.authorities!.current, fleetId("tenant-a"), {
    to: 2_500,
  });
  const client = fixture.connect(pair);
  using stream = client.delta();
  stream.send({ node: { id: "tenant-a", cluster: "" }, typeUrl: typeUrls.listener });
  await stream.read();
  const { code, details } = await stream.ended;
  assert.deepEqual([code, details], [status.UNAVAILABLE, "the client's credential has expired"]);
});
