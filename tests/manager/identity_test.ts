/** The authority of xDS connections in the hub: made, shared, replaced, the operator's own, broken. */
import assert from "node:assert/strict";
import { status } from "@grpc/grpc-js";
import type { Secret } from "../../apis/core/v1.ts";
import { createAuthority } from "../../base/certificates.ts";
import { typeUrls } from "../../envoy/proto/mod.ts";
import type { XdsSnapshot } from "../../envoy/xds/mod.ts";
import { envoyCredentials } from "../../tools/installation/envoy_identity.ts";
import { eventually } from "../harness/mod.ts";
import { GrpcClient } from "../xds/grpc_client.ts";
import { type HubFixture, sharedHub } from "./hub_fixture.ts";

const path = "/api/v1/namespaces/kubelb/secrets/kubelb-xds-ca";
const shared = sharedHub({}, async (hub) => {
  await hub.tenants("acme", "other");
  await hub.createLoadBalancer("acme", "web");
  await hub.createLoadBalancer("other", "web");
  for (const tenant of ["acme", "other"]) {
    await hub.condition(tenant, "web", "Programmed", { status: "True" });
  }
});

function authority(hub: HubFixture): Promise<Secret> {
  return hub.admin.request<Secret>("GET", path);
}

/** Changes the endpoints, and waits until the tenant's real Envoy has acknowledged that. */
async function reprogram(hub: HubFixture, tenant: string, port: number): Promise<void> {
  const endpoints = [{
    addressesReference: { name: "default" },
    ports: [{ name: "web", protocol: "TCP" as const, port }],
  }];
  await hub.createLoadBalancer(tenant, "web", { endpoints });
  await hub.condition(tenant, "web", "Programmed", { status: "True" }, 30_000);
}

/** Waits for a Warning event in the manager's namespace. */
async function warned(hub: HubFixture, reason: string, words: RegExp): Promise<void> {
  const events = "/apis/events.k8s.io/v1/namespaces/kubelb/events";
  await eventually(async () => {
    const { items } = await hub.admin.request<{ items: { note: string; reason: string }[] }>(
      "GET",
      events,
    );
    return items.some((event) => event.reason === reason && words.test(event.note));
  });
}

async function readyz(hub: HubFixture): Promise<string> {
  const response = await fetch(`${hub.hub.manager.healthUrl}/readyz`);
  return `${response.status} ${await response.text()}`;
}

Deno.test("one tenant's credential opens its own configuration, not another's", async () => {
  const hub = shared();
  const port = Number(hub.hub.xdsAddress.split(":")[1]);
  using client = new GrpcClient(port, await envoyCredentials(hub.admin, "tenant-acme"));
  using own = client.delta();
  own.send({ node: { id: "tenant-acme", cluster: "" }, typeUrl: typeUrls.listener });
  assert.deepEqual((await own.read()).resources.map(({ name }) => name), [
    "tenant-acme/web/TCP/8080",
  ]);
  using foreign = client.delta();
  foreign.send({ node: { id: "tenant-other", cluster: "" }, typeUrl: typeUrls.listener });
  const { code, details } = await foreign.ended;
  assert.equal(code, status.PERMISSION_DENIED);
  assert.match(details, /is for "tenant-acme", its node id is "tenant-other"/);
});

Deno.test("/debug/xds shows each stream, whose it is and what it holds", async () => {
  const hub = shared();
  const snapshot = await eventually(async () => {
    const response = await fetch(`${hub.hub.manager.healthUrl}/debug/xds`);
    const body: XdsSnapshot = await response.json();
    return body.streams.length === 2 && body;
  });
  assert.deepEqual(snapshot.streams.map(({ fleet, node }) => [fleet, node?.id]).sort(), [
    ["tenant-acme", "tenant-acme"],
    ["tenant-other", "tenant-other"],
  ]);
  const clusters = snapshot.streams[0]!.types!.find(({ typeUrl }) => typeUrl === typeUrls.cluster);
  assert.deepEqual([clusters?.wildcard, clusters?.held], [true, 1]);
});

Deno.test("the authority outlives the manager, and no restart makes another", {
  sanitizeOps: false,
  sanitizeResources: false,
}, async () => {
  const hub = shared();
  const before = await authority(hub);
  await hub.hub.manager.kill("SIGKILL");
  await hub.hub.manager.start();
  await hub.hub.manager.waitReady();
  await reprogram(hub, "acme", 31081);
  const { metadata, data } = await authority(hub);
  assert.equal(metadata.resourceVersion, before.metadata.resourceVersion);
  assert.deepEqual(data, before.data);
});

Deno.test("a Secret that is deleted is made anew, and Envoys follow without a restart", async () => {
  const hub = shared();
  const before = await authority(hub);
  await hub.admin.request("DELETE", path);
  await eventually(async () => (await authority(hub)).metadata.uid !== before.metadata.uid);
  await reprogram(hub, "acme", 31082);
  assert.notEqual((await authority(hub)).data?.["tls.key"], before.data?.["tls.key"]);
});

Deno.test("a broken Secret is named in readiness and by an event, changes nothing, and is not overwritten", async () => {
  const hub = shared();
  const { data = {} } = await authority(hub);
  const broken = btoa("-----BEGIN PRIVATE KEY-----\nnonsense\n-----END PRIVATE KEY-----\n");
  const patch = (data: Record<string, string>) =>
    hub.admin.request("PATCH", path, { data }, "application/merge-patch+json");
  await patch({ "tls.key": broken });
  try {
    const said = await eventually(async () => {
      const text = await readyz(hub);
      return text.includes("kubelb-xds-ca") && text;
    });
    assert.match(said, /^503 .*Secret kubelb\/kubelb-xds-ca cannot be used: .*private key/s);
    await reprogram(hub, "acme", 31083);
    assert.equal((await authority(hub)).data?.["tls.key"], broken);
    await warned(hub, "Invalid", /delete the Secret/);
  } finally {
    await patch(data);
  }
  await eventually(async () => (await readyz(hub)).startsWith("200"));
});

Deno.test("an operator's own authority is used, watched for its end, and never written", async () => {
  const hub = shared();
  const now = Date.now();
  // Its end is near: our own would get a successor.
  const own = await createAuthority("operator", { notBefore: now - 1000, notAfter: now + 600_000 });
  const { metadata } = await authority(hub);
  const { name, namespace, resourceVersion } = metadata;
  await hub.admin.request("PUT", path, {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace, resourceVersion },
    type: "kubernetes.io/tls",
    data: { "tls.crt": btoa(own.certificate), "tls.key": btoa(own.privateKey) },
  });
  await reprogram(hub, "acme", 31084);
  await reprogram(hub, "other", 31084);
  const { data } = await authority(hub);
  assert.deepEqual(Object.keys(data ?? {}).sort(), ["tls.crt", "tls.key"]);
  await warned(hub, "Expiring", /replace tls\.crt and tls\.key/);
});
