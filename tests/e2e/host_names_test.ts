/**
 * Endpoints given by host name, with a real name server: traffic follows the records, and no fault of
 * the name server takes away what has been served.
 *
 * @module
 */
import assert from "node:assert/strict";
import { ask } from "../../tools/demo/answers.ts";
import { NodeBackends } from "../../tools/demo/node_backends.ts";
import { startTenantCluster } from "../../tools/installation/tenant_cluster.ts";
import { DnsServer, dnsTtl, eventually, TcpBackend } from "../harness/mod.ts";
import { HubFixture } from "../manager/hub_fixture.ts";
import { askEnvoy } from "./envoy_admin.ts";
import { SteadyLoad } from "../../tools/load/steady_load.ts";

const zone = "nodes.test";
const port = 31080;

/** Name server, hub and backends live from the first test to the last. */
const shared = { sanitizeOps: false, sanitizeResources: false };
const stack = new AsyncDisposableStack();
let dns: DnsServer;
let fixture: HubFixture;
/** Where the load balancer of all tests answers. */
let address: string;

Deno.test.beforeAll(async () => {
  dns = stack.use(await DnsServer.start(zone, {}));
  fixture = stack.use(await HubFixture.start({ managerFlags: [`--dns-servers=${dns.address}`] }));
  for (const number of [1, 2, 3]) {
    const address = fixture.network.nodeAddress(number);
    stack.use(new TcpBackend({ address, port, identity: `node-${number}` }));
  }
  await fixture.tenants("acme");
  await dns.set({ backend: [node(1)] });
  await fixture.createLoadBalancer("acme", "named", {
    endpoints: [{
      addresses: [{ hostname: `backend.${zone}` }],
      ports: [{ name: "web", protocol: "TCP", port }],
    }],
  });
  address = await fixture.addressOf("acme", "named");
});
Deno.test.afterAll(() => stack.disposeAsync());

function node(number: number): string {
  return fixture.network.nodeAddress(number);
}

/** Waits until this node answers. */
async function answeredBy(identity: string, deadline: number): Promise<void> {
  await eventually(async () => await ask("TCP", address, 8080) === identity, {
    deadline,
    describe: `an answer of ${identity}`,
  });
}

/** How often the manager has said so. */
async function complaints(message: string): Promise<number> {
  return (await fixture.hub.manager.log()).split(message).length - 1;
}

async function complained(message: string, before: number): Promise<void> {
  await eventually(async () => await complaints(message) > before, {
    deadline: 30_000,
    describe: `the manager to log "${message}"`,
  });
}

Deno.test("a host name is resolved and served through Envoy", shared, async () => {
  await answeredBy("node-1", 10_000);
  const resolved = await fixture.condition("acme", "named", "ResourcesResolved", {
    status: "True",
  });
  assert.equal(resolved.reason, "Resolved");
});

Deno.test(
  "traffic follows a record when its time is over, and no request is lost",
  shared,
  async () => {
    await using load = new SteadyLoad({ protocol: "TCP", address, port: 8080 });
    await dns.set({ backend: [node(2)] });
    await answeredBy("node-2", (dnsTtl + 3) * 1_000);
    await dns.set({ backend: [node(2), node(3)] });
    await answeredBy("node-3", (dnsTtl + 3) * 1_000);
    await load.stop();
    assert.equal(load.lost.length, 0, load.describe());
  },
);

Deno.test("a record that disappears leaves the last answer in place", shared, async () => {
  await dns.set({ backend: [node(1)] });
  await answeredBy("node-1", (dnsTtl + 3) * 1_000);
  await using load = new SteadyLoad({ protocol: "TCP", address, port: 8080 });
  const gone = "a host name has no address";
  const before = await complaints(gone);
  await dns.set({});
  await complained(gone, before);
  await load.stop();
  await answeredBy("node-1", 1_000);
  assert.equal(load.lost.length, 0, load.describe());
});

Deno.test(
  "a dead name server changes nothing; when it is back, records are followed",
  shared,
  async () => {
    await dns.set({ backend: [node(2)] });
    // Looking again after a failure takes longer each time.
    await answeredBy("node-2", 30_000);
    await using load = new SteadyLoad({ protocol: "TCP", address, port: 8080 });
    const unreachable = "cannot look up a host name";
    const before = await complaints(unreachable);
    await dns.kill();
    await complained(unreachable, before);
    await answeredBy("node-2", 1_000);
    await dns.set({ backend: [node(3)] });
    await dns.restart();
    await answeredBy("node-3", 30_000);
    await load.stop();
    assert.equal(load.lost.length, 0, load.describe());
  },
);

Deno.test(
  "a manager that starts while the name server is dead takes nothing away",
  shared,
  async () => {
    const { manager } = fixture.hub;
    await dns.kill();
    await using load = new SteadyLoad({ protocol: "TCP", address, port: 8080 });
    const unreachable = "cannot look up a host name";
    const before = await complaints(unreachable);
    await manager.kill("SIGKILL");
    await manager.start();
    await manager.waitReady();
    await complained(unreachable, before);
    // What comes next reaches the same Envoy, which serves on what it had.
    await fixture.createLoadBalancer("acme", "plain");
    await fixture.condition("acme", "plain", "Programmed", { status: "True" });
    await fixture.deleteLoadBalancer("acme", "plain");
    await dns.set({ backend: [node(1)] });
    await dns.restart();
    await answeredBy("node-1", 40_000);
    await load.stop();
    assert.equal(load.lost.length, 0, load.describe());
  },
);

Deno.test("a record that leads to a forbidden place is not served, and told", shared, async () => {
  const metadataService = "169.254.169.254";
  await dns.set({ backend: [node(1), metadataService] });
  const told = await fixture.condition(
    "acme",
    "named",
    "ResourcesResolved",
    { status: "False", reason: "ForbiddenEndpoint" },
    15_000,
  );
  assert.ok(told.message.includes(`${metadataService} is a link-local address`), told.message);
  await answeredBy("node-1", 1_000);

  await dns.set({ backend: [metadataService] });
  await fixture.condition("acme", "named", "Ready", { reason: "ForbiddenEndpoint" }, 15_000);
  await eventually(() => ask("TCP", address, 8080).then(() => false, () => true), {
    describe: "no answer any more",
  });
  const clusters = await askEnvoy(fixture.hub.manager, "tenant-acme", "/clusters");
  assert.ok(clusters.includes("tenant-acme/named/TCP/8080::"), clusters);
  assert.ok(!clusters.includes("169.254"), clusters);

  await dns.set({ backend: [node(2)] });
  await answeredBy("node-2", 15_000);
  await fixture.condition("acme", "named", "Ready", { status: "True" });
});

Deno.test("nodes that are reached by their host names serve, and may move", shared, async () => {
  const { hub } = fixture;
  const name = `node-9.${zone}`;
  await dns.set({ "node-9": [node(4)] });
  await using cluster = await startTenantCluster({
    tenant: "byname",
    hubKubeconfig: () => hub.registerTenant("byname"),
    ccmFlags: ["--node-address-type=Hostname"],
  });
  // Nobody can reach the node by this address.
  await cluster.addNode(name, "192.0.2.9");
  const service = await cluster.createService("web", [{ protocol: "TCP", port: 8080 }]);
  await using backends = new NodeBackends();
  for (const number of [4, 5]) {
    await backends.start(`at-${number}`, node(number), service.spec.ports);
  }
  const front = await cluster.addressOf("web");
  const answers = (identity: string, deadline: number) =>
    eventually(async () => await ask("TCP", front, 8080) === identity, {
      deadline,
      describe: `an answer of ${identity}`,
    });
  await answers("at-4", 20_000);
  await dns.set({ "node-9": [node(5)] });
  await answers("at-5", (dnsTtl + 3) * 1_000);
  const addresses = await fixture.read<{ spec: { addresses: unknown } }>(
    "/apis/kubelb.k8c.io/v1alpha1",
    "byname",
    "addresses/default",
  );
  assert.deepEqual(addresses?.spec.addresses, [{ hostname: name }]);
});
