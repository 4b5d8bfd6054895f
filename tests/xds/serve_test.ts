/** What only the server on `Deno.serve` does: TLS, tokens, and a deadline for answers. */
import assert from "node:assert/strict";
import { Metadata, status } from "@grpc/grpc-js";
import { createAuthority, issueCertificate } from "../../base/certificates.ts";
import { silentLogger } from "../../base/logger.ts";
import { typeUrls } from "../../envoy/proto/mod.ts";
import { ResourceStores } from "../../envoy/xds/mod.ts";
import {
  type Authentication,
  ServeXdsServer,
  type ServeXdsServerOptions,
} from "../../envoy/xds/serve_server.ts";
import { clientCredentials } from "../../tools/installation/envoy_identity.ts";
import { askTcp, eventually, freePort, TcpBackend } from "../harness/mod.ts";
import { GrpcClient } from "./grpc_client.ts";
import { tcpService } from "./l4.ts";
import { named } from "./resources.ts";
import { TestEnvoy } from "./test_envoy.ts";

const hour = 3_600_000;
const typeUrl = typeUrls.listener;
const node = { id: "tenant-a", cluster: "" };

async function certificates() {
  const validity = { notBefore: Date.now() - hour, notAfter: Date.now() + hour };
  const authority = await createAuthority("test", validity);
  const request = {
    subject: [{ CN: ["kubelb"] }],
    usages: ["server" as const],
    alternativeNames: [{ type: "dns" as const, value: "kubelb" }],
  };
  return {
    trust: authority.certificate,
    tls: await issueCertificate(authority, request, validity),
  };
}

/** A token is good for the fleet that it names. */
function authenticate(token: string | undefined): Authentication {
  const fleet = token?.match(/^good-for-(.*)$/)?.[1];
  return fleet === undefined ? { refused: "no good token" } : { authContext: fleet };
}

async function setUp(options: Partial<ServeXdsServerOptions> = {}) {
  const stores = new ResourceStores();
  const server = new ServeXdsServer({
    stores,
    authorize: ({ authContext }, { id }) =>
      authContext === id ? { fleet: id } : { refused: `the token is not ${id}'s` },
    log: silentLogger,
    ...options,
  });
  const store = stores.get("tenant-a");
  stores.markSynced();
  return {
    store,
    server,
    port: await server.listen("127.0.0.1:0"),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function bearer(token: string): Metadata {
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${token}`);
  return metadata;
}

Deno.test("over TLS a token opens the fleet that it is for, and no other; without one nothing opens", async () => {
  const { trust, tls } = await certificates();
  await using fixture = await setUp({ tls, authenticate });
  fixture.store.set("web", [named(typeUrl, "web", 1)]);
  using client = new GrpcClient(fixture.port, clientCredentials(trust));
  using good = client.delta(undefined, bearer("good-for-tenant-a"));
  good.send({ node, typeUrl });
  assert.equal((await good.read()).resources.length, 1);
  const cases = [
    [bearer("good-for-tenant-b"), status.PERMISSION_DENIED, "the token is not tenant-a's"],
    [bearer("bad"), status.UNAUTHENTICATED, "no good token"],
    [undefined, status.UNAUTHENTICATED, "no good token"],
  ] as const;
  for (const [metadata, code, details] of cases) {
    using refused = client.delta(undefined, metadata);
    refused.send({ node, typeUrl });
    assert.deepEqual(await refused.ended, { code, details });
    assert.equal(refused.received, 0);
  }
});

Deno.test("a token that cannot be checked now is no refusal: the client is to come again", async () => {
  await using fixture = await setUp({
    authenticate: () => Promise.reject(new Error("no API server")),
  });
  using client = new GrpcClient(fixture.port);
  using stream = client.delta();
  stream.send({ node, typeUrl });
  const { code, details } = await stream.ended;
  assert.deepEqual([code, details], [status.UNAVAILABLE, "cannot authenticate"]);
});

Deno.test("what is no method, and what is no gRPC, is answered so", async () => {
  await using fixture = await setUp();
  using client = new GrpcClient(fixture.port);
  using unknown = client.delta("/no.such.Service/Method");
  unknown.send({ node, typeUrl });
  assert.equal((await unknown.ended).code, status.UNIMPLEMENTED);
  const response = await fetch(`http://127.0.0.1:${fixture.port}/`);
  await response.body?.cancel();
  assert.equal(response.status, 415);
});

for (const variant of ["delta", "sotw"] as const) {
  Deno.test(`${variant}: a real Envoy with a token is served over TLS, one with another's is not`, async () => {
    const { trust, tls } = await certificates();
    await using fixture = await setUp({ tls, authenticate });
    await using blue = new TcpBackend({ identity: "blue" });
    const port = freePort();
    fixture.store.set("web", tcpService({ name: "web", port, endpoints: [blue.port] }));
    const start = (fleet: string) =>
      TestEnvoy.start({
        node: "tenant-a",
        variant,
        xdsPort: fixture.port,
        bearer: { token: `good-for-${fleet}`, trust },
      });
    await using stranger = await start("tenant-b");
    await stranger.reached("cluster_manager.cds.update_attempt", 2);
    await using envoy = await start("tenant-a");
    await envoy.reached("listener_manager.lds.update_success", 1);
    await eventually(async () => await askTcp("127.0.0.1", port) === "blue");
    assert.equal(await stranger.stat("cluster_manager.cds.update_success"), 0);
  });
}

Deno.test("an Envoy that no longer answers loses its stream with the next change, and comes back", async () => {
  await using fixture = await setUp({
    authorize: (_peer, { id }) => ({ fleet: id }),
    answerDeadline: 500,
  });
  const { server, store, port: xdsPort } = fixture;
  await using envoy = await TestEnvoy.start({ node: "tenant-a", variant: "delta", xdsPort });
  const streams = () => server.snapshot().streams.length;
  await envoy.reached("listener_manager.lds.update_success", 1);
  assert.equal(streams(), 1);
  // The kernel still takes packets for it.
  Deno.kill(envoy.process.pid, "SIGSTOP");
  const port = freePort();
  await using blue = new TcpBackend({ identity: "blue" });
  try {
    store.set("web", tcpService({ name: "web", port, endpoints: [blue.port] }));
    await eventually(() => streams() === 0, { describe: "the end of the silent stream" });
  } finally {
    Deno.kill(envoy.process.pid, "SIGCONT");
  }
  await eventually(async () => await askTcp("127.0.0.1", port) === "blue");
  assert.equal(streams(), 1);
});
