/**
 * Two manager processes: the one that leads writes `Programmed`, and knows what Envoys say to the other.
 *
 * @module
 */
import assert from "node:assert/strict";
import { envoy, typeUrls } from "../../envoy/proto/mod.ts";
import { envoyCredentials } from "../../tools/installation/envoy_identity.ts";
import { eventually } from "../harness/mod.ts";
import { type DeltaStream, GrpcClient } from "../xds/grpc_client.ts";
import { HubFixture } from "./hub_fixture.ts";

const name = "tenant-acme/web/TCP/8080";
const types = [typeUrls.cluster, typeUrls.listener, typeUrls.endpoint];

/** Plays an Envoy that has accepted everything so far. */
async function joinFleet(stream: DeltaStream): Promise<void> {
  for (const typeUrl of types) {
    stream.send({
      node: { id: "tenant-acme", cluster: "" },
      typeUrl,
      ...(typeUrl === typeUrls.endpoint && { resourceNamesSubscribe: [name] }),
    });
  }
  const missing = new Set<string>(types);
  while (missing.size > 0) {
    const { typeUrl, nonce, resources } = await stream.read();
    stream.send({ typeUrl, responseNonce: nonce });
    // Who begins is told first that there is no cluster.
    if (resources.length === 0) continue;
    assert.deepEqual(resources.map((resource) => resource.name), [name]);
    missing.delete(typeUrl);
  }
}

/** Reads on until the endpoints with this port come; accepts what comes before. */
async function endpointsWith(stream: DeltaStream, port: number) {
  while (true) {
    const { typeUrl, nonce, resources } = await stream.read();
    const ports = typeUrl === typeUrls.endpoint
      ? resources.flatMap(({ resource }) => portsIn(resource!.value))
      : [];
    if (ports.includes(port)) return { typeUrl, responseNonce: nonce };
    stream.send({ typeUrl, responseNonce: nonce });
  }
}

function portsIn(body: Uint8Array): number[] {
  const { endpoints } = envoy.config.endpoint.v3.ClusterLoadAssignment.decode(body);
  return endpoints.flatMap(({ lbEndpoints }) =>
    (lbEndpoints ?? []).map(({ endpoint }) => endpoint!.address!.socketAddress!.portValue!)
  );
}

function change(fixture: HubFixture, port: number): Promise<void> {
  return fixture.createLoadBalancer("acme", "web", {
    endpoints: [{
      addressesReference: { name: "default" },
      ports: [{ name: "web", protocol: "TCP", port }],
    }],
  });
}

Deno.test("a change is programmed when the Envoys of both managers have accepted it, or one is silent", async () => {
  await using fixture = await HubFixture.start();
  await fixture.tenants("acme");
  await fixture.createLoadBalancer("acme", "web");
  await fixture.condition("acme", "web", "Programmed", { status: "True" });
  const second = await fixture.hub.startSecondManager({ ownState: true });
  try {
    await second.waitReady();
    const [, port] = await second.waitLog(/server=xds address=127\.0\.0\.1:(\d+)/);
    await fixture.hub.manager.waitLog(/another manager reports about its Envoys/, 20_000);
    const credentials = await envoyCredentials(fixture.admin, "tenant-acme");
    using client = new GrpcClient(Number(port), credentials);
    using stream = client.delta();
    await joinFleet(stream);

    await change(fixture, 31_081);
    const answer = await endpointsWith(stream, 31_081);
    // Before it is translated it is pending too, with other words.
    await fixture.condition("acme", "web", "Programmed", {
      reason: "Pending",
      message: /^1\/2 Envoys/,
    });
    stream.send(answer);
    await fixture.condition("acme", "web", "Programmed", { status: "True" });

    // It says nothing to the next one: after 10 s it is named, and no longer waited for.
    await change(fixture, 31_085);
    const unanswered = await endpointsWith(stream, 31_085);
    const silent = { status: "True", message: /^1\/2 Envoys .*; no answer from / };
    await fixture.condition("acme", "web", "Programmed", silent, 20_000);
    stream.send(unanswered);

    // It refuses the next one: the leader says so, in its words.
    await change(fixture, 31_082);
    const next = await endpointsWith(stream, 31_082);
    stream.send({ ...next, errorDetail: { message: "not to my taste" } });
    const refused = await fixture.condition("acme", "web", "Programmed", { reason: "Rejected" });
    assert.match(refused.message, /not to my taste/);
  } finally {
    await second[Symbol.asyncDispose]();
  }
  // The manager is gone, and its Envoys are no longer waited for.
  await change(fixture, 31_083);
  await fixture.condition("acme", "web", "Programmed", { status: "True" });
});

Deno.test("when the leader dies the other manager leads, and knows its own Envoys", async () => {
  await using fixture = await HubFixture.start();
  await fixture.tenants("acme");
  await fixture.createLoadBalancer("acme", "web");
  await fixture.condition("acme", "web", "Programmed", { status: "True" });
  await using second = await fixture.hub.startSecondManager({ ownState: true });
  await second.waitReady();
  const [, port] = await second.waitLog(/server=xds address=127\.0\.0\.1:(\d+)/);
  const credentials = await envoyCredentials(fixture.admin, "tenant-acme");
  using client = new GrpcClient(Number(port), credentials);
  using stream = client.delta();
  await joinFleet(stream);
  await fixture.hub.manager.kill("SIGKILL");
  await eventually(
    async () => /leader_election_master_status\{[^}]*\} 1/.test(await second.metrics()),
    { deadline: 40_000, describe: "the second manager to lead" },
  );
  await change(fixture, 31_084);
  stream.send(await endpointsWith(stream, 31_084));
  await fixture.condition("acme", "web", "Programmed", { status: "True" }, 20_000);
});
