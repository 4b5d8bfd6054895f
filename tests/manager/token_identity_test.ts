/** Envoys that show a ServiceAccount's token instead of a certificate. */
import assert from "node:assert/strict";
import { Metadata, status } from "@grpc/grpc-js";
import { typeUrls } from "../../envoy/proto/mod.ts";
import { applyObject } from "../../tools/cluster/manifest.ts";
import { clientCredentials, xdsIdentityOf } from "../../tools/installation/envoy_identity.ts";
import { serviceAccountToken } from "../../tools/installation/service_account.ts";
import { freePort } from "../harness/mod.ts";
import { type DeltaStream, GrpcClient } from "../xds/grpc_client.ts";
import { sharedHub } from "./hub_fixture.ts";

const port = freePort();
const shared = sharedHub({
  managerFlags: [`--xds-token-listen-address=127.0.0.1:${port}`],
}, async (hub) => {
  await hub.tenants("acme", "other");
  for (const tenant of ["acme", "other"]) {
    await hub.createLoadBalancer(tenant, "web");
    const metadata = { name: "kubelb-envoy", namespace: `tenant-${tenant}` };
    await applyObject(hub.admin, { apiVersion: "v1", kind: "ServiceAccount", metadata });
    await hub.condition(tenant, "web", "Programmed", { status: "True" });
  }
});

/** Opens a stream as `node` with a token, or without one, and asks for all listeners. */
async function ask(node: string, token: string | undefined): Promise<DeltaStream & Disposable> {
  const identity = await xdsIdentityOf(shared().admin);
  const client = new GrpcClient(port, clientCredentials(identity.trust()));
  const metadata = new Metadata();
  if (token !== undefined) metadata.set("authorization", `Bearer ${token}`);
  const stream = client.delta(undefined, metadata);
  stream.send({ node: { id: node, cluster: "" }, typeUrl: typeUrls.listener });
  stream.ended.then(() => client[Symbol.dispose]());
  return stream;
}

function tokenOf(tenant: string, audiences = ["kubelb-xds"]): Promise<string> {
  return serviceAccountToken(shared().hub.plane, `tenant-${tenant}`, "kubelb-envoy", { audiences });
}

Deno.test("the token of a tenant's Envoy opens the tenant's configuration", async () => {
  using stream = await ask("tenant-acme", await tokenOf("acme"));
  const { resources } = await stream.read();
  assert.deepEqual(resources.map(({ name }) => name), ["tenant-acme/web/TCP/8080"]);
});

Deno.test("it opens no other tenant's, and without one, or with one for the API server, none", async () => {
  const attempts: [string, string | undefined, RegExp][] = [
    ["tenant-other", await tokenOf("acme"), /is for "tenant-acme"/],
    ["tenant-acme", undefined, /a bearer token is needed/],
    [
      "tenant-acme",
      await tokenOf("acme", ["https://kubernetes.default.svc"]),
      /not valid|audience/,
    ],
    ["tenant-acme", "nonsense", /not valid/],
  ];
  for (const [node, token, message] of attempts) {
    using stream = await ask(node, token);
    const { code, details } = await stream.ended;
    assert.equal(code, status.PERMISSION_DENIED, details);
    assert.match(details, message);
    assert.equal(stream.received, 0);
  }
});

// The gRPC client goes on trying when TLS refuses it.
const triesOn = { sanitizeOps: false, sanitizeResources: false };

Deno.test("a token opens nothing where certificates are demanded", triesOn, async () => {
  const { hub, admin } = shared();
  const identity = await xdsIdentityOf(admin);
  const address = Number(hub.xdsAddress.split(":")[1]);
  using client = new GrpcClient(address, clientCredentials(identity.trust()));
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${await tokenOf("acme")}`);
  using stream = client.delta(undefined, metadata);
  stream.send({ node: { id: "tenant-acme", cluster: "" }, typeUrl: typeUrls.listener });
  assert.equal((await stream.ended).code, status.UNAVAILABLE);
  assert.equal(stream.received, 0);
});
