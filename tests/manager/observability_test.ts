/**
 * What an operator sees of a running manager and its Envoys, where docs/operations.md and
 * docs/access-log.md say it is.
 *
 * @module
 */
import assert from "node:assert/strict";
import { askTcp, eventually, TcpBackend } from "../harness/mod.ts";
import { sharedHub } from "./hub_fixture.ts";

const name = "observed-load-balancer";
let backend: TcpBackend;
const shared = sharedHub({}, async (hub) => {
  backend = new TcpBackend({ address: hub.network.nodeAddress(1), port: 31080, identity: "one" });
  await hub.tenants("acme");
  await hub.createLoadBalancer("acme", name);
  await hub.condition("acme", name, "Programmed", { status: "True" });
  const address = await hub.addressOf("acme", name);
  await eventually(() => askTcp(address, 8080), { describe: "an answer" });
  // Envoy lets go of the backend a moment after the client has its answer: not during a test.
  await eventually(() => backend.open === 0, { describe: "no connection to the backend" });
});
Deno.test.afterAll(() => backend?.[Symbol.asyncDispose]());

Deno.test("metrics tell what the manager does, and never name an object", async () => {
  const samples = [
    /^leader_election_master_status\{.*\} 1$/m,
    /^kubelb_manager_tenants 1$/m,
    /^kubelb_manager_loadbalancers\{namespace="tenant-acme",.*\} 1$/m,
    /^kubelb_manager_envoy_proxies\{namespace="tenant-acme",.*\} 1$/m,
    /^kubelb_manager_envoycp_clusters\{snapshot_name="tenant-acme"\} 1$/m,
    /^kubelb_manager_envoycp_listeners\{snapshot_name="tenant-acme"\} 1$/m,
    /^kubelb_manager_envoycp_endpoints\{snapshot_name="tenant-acme"\} [12]$/m,
    /^kubelb_manager_port_allocator_allocated_ports 1$/m,
    /^kubelb_manager_tenant_reconcile_total\{.*result="success"\} \d+$/m,
    /^kubelb_manager_loadbalancer_reconcile_duration_seconds_count\{namespace="tenant-acme"\} \d+$/m,
    /^kubelb_manager_envoycp_reconcile_total\{result="success"\} \d+$/m,
    /^kubelb_envoy_control_plane_grpc_connections 1$/m,
    /^kubelb_envoy_control_plane_streams\{variant="delta"\} 1$/m,
    /^rest_client_requests_total\{.*method="PATCH".*\} \d+$/m,
  ];
  // Envoy is looked at now and then: that it runs is known a moment after it serves.
  const text = await eventually(async () => {
    const text = await shared().hub.manager.metrics();
    for (const sample of samples) assert.match(text, sample);
    return text;
  });
  assert.ok(!text.includes(name), "a metric names the load balancer");
});

Deno.test("each connection is a line in the fleet's access log", async () => {
  const { manager } = shared().hub;
  const path = `${manager.folder}/state/fleets/tenant-acme/access.log`;
  const entry = await eventually(async () => {
    const lines = (await Deno.readTextFile(path)).trim().split("\n");
    return JSON.parse(lines.at(-1)!) as Record<string, unknown>;
  }, { describe: "a line in the access log" });
  assert.equal(entry.service, `tenant-acme/${name}/TCP/8080`);
  assert.equal(entry.listener, `${await shared().addressOf("acme", name)}:8080`);
  assert.equal(entry.protocol, "TCP");
  assert.match(String(entry.client), /^127\.0\.0\.1:\d+$/);
});

Deno.test("Envoy's own statistics and readiness are on the ports that its record names", async () => {
  const { manager } = shared().hub;
  const path = `${manager.folder}/state/fleets/tenant-acme/process.json`;
  const { statsPort, readyPort } = JSON.parse(await Deno.readTextFile(path));
  const ready = await fetch(`http://127.0.0.1:${readyPort}/ready`);
  assert.equal((await ready.text()).trim(), "LIVE");
  const statistics = await fetch(`http://127.0.0.1:${statsPort}/stats/prometheus`);
  assert.match(await statistics.text(), /^envoy_cluster_upstream_cx_total\{/m);
});
