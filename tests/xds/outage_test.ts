/** A manager that has lost the API server, and with it its Lease, serves its Envoys as before. */
import assert from "node:assert/strict";
import { typeUrls } from "../../envoy/proto/mod.ts";
import { envoyCredentials } from "../../tools/installation/envoy_identity.ts";
import { envoysOf } from "../../tools/installation/envoy_processes.ts";
import { askTcp, eventually, TcpBackend } from "../harness/mod.ts";
import { HubFixture } from "../manager/hub_fixture.ts";
import { GrpcClient } from "./grpc_client.ts";

async function leads({ hub }: HubFixture): Promise<boolean> {
  return /^leader_election_master_status\{.*\} 1$/m.test(await hub.manager.metrics());
}

Deno.test("losing the API server and the Lease stops no stream, and new Envoys are served", async () => {
  await using fixture = await HubFixture.start();
  const { hub, network, admin } = fixture;
  await fixture.tenants("acme");
  await using backend = new TcpBackend({
    address: network.nodeAddress(1),
    port: 31080,
    identity: "steady",
  });
  await fixture.setNodes("acme", [1]);
  await fixture.createLoadBalancer("acme", "web");
  await fixture.condition("acme", "web", "Programmed", { status: "True" });
  const address = await fixture.addressOf("acme", "web");
  await eventually(async () => await askTcp(address, 8080) === "steady", { deadline: 20_000 });
  using client = new GrpcClient(
    Number(hub.xdsAddress.split(":").at(-1)),
    await envoyCredentials(admin, "tenant-acme"),
  );
  const node = { id: "tenant-acme", cluster: "" };
  using open = client.delta();
  open.send({ node, typeUrl: typeUrls.listener });
  const { nonce, resources } = await open.read();
  open.send({ typeUrl: typeUrls.listener, responseNonce: nonce });
  assert.equal(await leads(fixture), true);

  await hub.plane.kill("kube-apiserver");
  await eventually(async () => !await leads(fixture), {
    deadline: 30_000,
    describe: "the Lease to be lost",
  });
  assert.equal(hub.manager.running, true);
  using fresh = client.delta();
  fresh.send({ node, typeUrl: typeUrls.listener });
  assert.deepEqual((await fresh.read()).resources, resources);
  // The stream that was open before still answers.
  open.send({ typeUrl: typeUrls.listener, resourceNamesSubscribe: ["no-such"] });
  const absent = await open.read();
  assert.deepEqual(absent.removedResources, ["no-such"]);
  open.send({ typeUrl: typeUrls.listener, responseNonce: absent.nonce });
  // An Envoy that starts now has nothing but what this manager tells it.
  const [envoy] = await envoysOf(hub.manager.folder);
  Deno.kill(envoy!, "SIGKILL");
  await eventually(async () => (await askTcp(address, 8080).catch(() => "")) === "steady", {
    describe: "a new Envoy to serve",
  });
  assert.notEqual((await envoysOf(hub.manager.folder))[0], envoy);
  assert.ok(backend.peers.length >= 2);

  await hub.plane.restart("kube-apiserver");
  await eventually(() => leads(fixture), { deadline: 40_000, describe: "the Lease to be back" });
  await fixture.createLoadBalancer("acme", "late");
  const late = await open.read();
  assert.deepEqual(late.resources.map(({ name }) => name), ["tenant-acme/late/TCP/8080"]);
});
