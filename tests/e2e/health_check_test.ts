/**
 * `LoadBalancer.spec.healthCheck`, seen at the Envoy that has to follow it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { systemClock } from "../../base/clock.ts";
import type { LoadBalancerHealthCheck } from "../../apis/kubelb/v1alpha1/load_balancer.ts";
import { ask } from "../../tools/demo/answers.ts";
import { eventually, TcpBackend } from "../harness/mod.ts";
import { sharedHub } from "../manager/hub_fixture.ts";
import { askEnvoy } from "./envoy_admin.ts";

const tenant = "acme";
const fleet = "tenant-acme";
const port = 31080;
/** Backends die and return inside a test. */
const shared = { sanitizeOps: false, sanitizeResources: false };

const backends = new AsyncDisposableStack();
Deno.test.afterAll(() => backends.disposeAsync());

const hub = sharedHub({}, async (fixture) => {
  await fixture.tenants(tenant);
  backends.use(backend(1));
});

function backend(number: number): TcpBackend {
  return new TcpBackend({
    address: hub().network.nodeAddress(number),
    port,
    identity: `${number}`,
  });
}

/** Creates or changes a load balancer; waits until its Envoy has it. */
async function balance(name: string, healthCheck?: LoadBalancerHealthCheck): Promise<string> {
  await hub().createLoadBalancer(tenant, name, healthCheck === undefined ? {} : { healthCheck });
  await hub().condition(tenant, name, "Programmed", { status: "True" });
  return await hub().addressOf(tenant, name);
}

interface ClusterDump {
  configs: { cluster: { name: string; health_checks?: Record<string, unknown>[] } }[];
}

/** What Envoy checks for a load balancer. */
async function checksOf(name: string): Promise<Record<string, unknown>[] | undefined> {
  const path = "/config_dump?resource=dynamic_active_clusters";
  const { configs } = JSON.parse(await askEnvoy(hub().hub.manager, fleet, path)) as ClusterDump;
  const found = configs.find(({ cluster }) => cluster.name === `${fleet}/${name}/TCP/8080`);
  assert.ok(found, `no cluster of ${name}`);
  return found.cluster.health_checks;
}

/** What Envoy thinks of a node: `healthy`, or flags such as `/failed_active_hc`. */
async function healthOf(name: string, number: number): Promise<string> {
  const clusters = await askEnvoy(hub().hub.manager, fleet, "/clusters");
  const node = `${hub().network.nodeAddress(number)}:${port}`;
  const start = `${fleet}/${name}/TCP/8080::${node}::health_flags::`;
  const line = clusters.split("\n").find((line) => line.startsWith(start));
  assert.ok(line, `no ${start} in ${clusters}`);
  return line.slice(start.length);
}

/** A new cluster replaces the old one only once it has checked its endpoints. */
async function isToldToCheck(name: string, expected: unknown[] | undefined): Promise<void> {
  await eventually(async () => {
    const [check] = await checksOf(name) ?? [];
    const { interval, timeout, unhealthy_threshold: bad, healthy_threshold: good } = check ?? {};
    assert.deepEqual(check && [interval, timeout, bad, good], expected);
    return true;
  }, { describe: `Envoy to check ${name} as ${expected}` });
}

Deno.test("every field of a health check reaches Envoy, and follows a change", shared, async () => {
  await balance("usual");
  await isToldToCheck("usual", ["5s", "2s", 3, 2]);
  const wish = { interval: "7s", timeout: "1500ms", unhealthyThreshold: 4, healthyThreshold: 6 };
  await balance("usual", wish);
  await isToldToCheck("usual", ["7s", "1.500s", 4, 6]);
  const accepted = (message: RegExp) =>
    hub().condition(tenant, "usual", "Accepted", { status: "True", message });
  await accepted(/^the hub serves this load balancer$/);
  // No endpoint is checked more often than that, and whoever asked for it is told.
  await balance("usual", { interval: "1s" });
  await isToldToCheck("usual", ["5s", "2s", 3, 2]);
  await accepted(/spec\.healthCheck\.interval is 1s, but 5s is in force/);
  await balance("usual", { disabled: true });
  await isToldToCheck("usual", undefined);
  assert.equal(await checksOf("usual"), undefined);
  await hub().deleteLoadBalancer(tenant, "usual");
});

Deno.test(
  "a node that refuses is taken out after threshold times interval, unless checks are disabled",
  shared,
  async () => {
    const second = backend(2);
    const address = await balance("checked", { unhealthyThreshold: 2, healthyThreshold: 1 });
    await balance("unchecked", { disabled: true });
    for (const name of ["checked", "unchecked"]) {
      const healthy = async () => await healthOf(name, 2) === "healthy";
      await eventually(healthy, { describe: `node 2 of ${name} to be healthy` });
    }

    await second[Symbol.asyncDispose]();
    const start = systemClock.monotonic();
    const out = async () => (await healthOf("checked", 2)).includes("/failed_active_hc");
    await eventually(out, { describe: "node 2 to be taken out", deadline: 20_000 });
    const elapsed = systemClock.monotonic() - start;
    // Two checks have to fail, 5 s (and up to a tenth) apart; the first within 5.5 s of the end.
    assert.ok(elapsed > 4_500 && elapsed < 12_500, `taken out after ${elapsed.toFixed(0)} ms`);
    assert.equal(await healthOf("unchecked", 2), "healthy", "nobody has asked it");
    for (let times = 0; times < 20; times++) assert.equal(await ask("TCP", address, 8080), "1");

    backends.use(backend(2));
    const back = async () => await healthOf("checked", 2) === "healthy";
    await eventually(back, { describe: "node 2 to be taken in again", deadline: 10_000 });
    const both = async () => await ask("TCP", address, 8080) === "2";
    await eventually(both, { describe: "an answer of node 2" });
    for (const name of ["checked", "unchecked"]) await hub().deleteLoadBalancer(tenant, name);
  },
);
