/**
 * The control loop between a real API server and faults. Themes of controller-runtime's controller
 * tests: start twice, panics, requeue rules, drain, conflicts, metrics per result:
 * `kube/controller_test.ts`; the queue, after client-go's list: `kube/work_queue_test.ts`; fairness as a
 * property of the queue alone: `kube/fair_queue_test.ts`. A sync timeout is not ours: `/readyz` says
 * what is waited for, and the wait goes on.
 */
import assert from "node:assert/strict";
import { type ConfigMap, configMaps, namespaces } from "../../apis/core/v1.ts";
import { keyOf, parseKey } from "../../apis/meta/v1.ts";
import { silentLogger } from "../../base/logger.ts";
import { Registry } from "../../base/metrics.ts";
import type { KubeClient } from "../../kube/client.ts";
import { Controller } from "../../kube/controller.ts";
import type { ObjectCache } from "../../kube/object_cache.ts";
import { eventually, type Fault, FaultTable, sharedControlPlane, writes } from "../harness/mod.ts";
import { clientOf, startInformer } from "./test_client.ts";
import { TwoWays } from "./two_ways.ts";

const plane = sharedControlPlane({ name: "controller-faults" });
const table = FaultTable.ofFile("controller");
const labels = { followed: "yes" };
const own = { fieldManager: "kubelb-test" };

interface RunningController extends AsyncDisposable {
  readonly controller: Controller;
  readonly metrics: Registry;
}

/** Runs a controller of the ConfigMaps of a cache. */
function control(
  cache: ObjectCache<ConfigMap>,
  reconcile: (key: string) => Promise<void>,
): RunningController {
  const metrics = new Registry();
  const controller = new Controller({ name: "test", reconcile, log: silentLogger, metrics });
  controller.watch(cache, (object) => [keyOf(object.metadata)]);
  const stop = new AbortController();
  const running = controller.run(stop.signal);
  return {
    controller,
    metrics,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

async function makeNamespaces(client: KubeClient, ...names: string[]): Promise<void> {
  for (const name of names) await client.apply(namespaces, { metadata: { name } }, own);
}

/** Creates `count` ConfigMaps, some at a time. */
async function storm(client: KubeClient, namespace: string, count: number): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let number = next++; number < count; number = next++) {
      await client.create(configMaps, { metadata: { namespace, name: `s${number}`, labels } });
    }
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}

Deno.test("one tenant's 10,000 events delay another's single one by less than 200 ms", async () => {
  using client = await clientOf(plane().adminKubeconfig);
  await makeNamespaces(client, "storm", "calm");
  await using running = await startInformer(client, configMaps, { labelSelector: "followed=yes" });
  const gate = Promise.withResolvers<void>();
  const reconciled = new Map<string, number>();
  const reconcile = async (key: string) => {
    if (key.startsWith("storm/")) await gate.promise;
    reconciled.set(key, performance.now());
    await client.get(configMaps, parseKey(key));
  };
  await using loop = control(running.informer.cache, reconcile);
  const latency = async (name: string) => {
    const start = performance.now();
    await client.create(configMaps, { metadata: { namespace: "calm", name, labels } });
    return await eventually(() => reconciled.get(`calm/${name}`), { interval: 5 }) - start;
  };
  await latency("first");
  const quiet = await latency("quiet");
  await storm(client, "storm", 10_000);
  await eventually(() => loop.controller.backlog >= 9_999, { deadline: 60_000 });
  gate.resolve();
  await eventually(() => reconciled.size > 20);
  const busy = await latency("busy");
  assert(loop.controller.backlog > 8_000, "the storm is still being worked on");
  assert(busy - quiet < 200, `${quiet} ms without the storm, ${busy} ms with it`);
  table.survived("10,000 events of another tenant (single event)", 1, busy);
});

Deno.test("a live change overtakes the backlog of a restart", async () => {
  using client = await clientOf(plane().adminKubeconfig);
  await makeNamespaces(client, "restart");
  await storm(client, "restart", 500);
  await using running = await startInformer(client, configMaps, { namespace: "restart" });
  const order: string[] = [];
  const reconcile = async (key: string) => {
    order.push(key);
    const { name } = parseKey(key);
    const metadata = { namespace: "restart", name };
    await client.apply(configMaps, { metadata, data: { seen: "1" } }, own);
  };
  await using loop = control(running.informer.cache, reconcile);
  await eventually(() => order.length > 5);
  const start = performance.now();
  await client.create(configMaps, { metadata: { namespace: "restart", name: "live" } });
  await eventually(() => order.includes("restart/live"), { interval: 5 });
  const took = performance.now() - start;
  assert(loop.controller.backlog > 100, `only ${loop.controller.backlog} of the backlog are left`);
  assert(took < 1_000, `${took} ms`);
  table.survived("a restart's backlog of 500 (live change)", 1, took);
});

interface Row {
  readonly name: string;
  readonly fault: Fault;
  readonly times: number;
  /** Reconciliations that fail; the client itself waits for what the server asks. */
  readonly errors: number;
}

const rows: Row[] = [
  { name: "conflicts", fault: { kind: "status", status: 409 }, times: 8, errors: 8 },
  { name: "500", fault: { kind: "status", status: 500 }, times: 5, errors: 5 },
  { name: "403", fault: { kind: "status", status: 403 }, times: 3, errors: 3 },
  {
    name: "429 with Retry-After",
    fault: { kind: "status", status: 429, retryAfter: 1 },
    times: 2,
    errors: 0,
  },
  { name: "writes whose answer is lost", fault: { kind: "cut" }, times: 4, errors: 4 },
  { name: "answers that break off", fault: { kind: "cut", after: 30 }, times: 4, errors: 4 },
  { name: "writes that nobody answers", fault: { kind: "stall" }, times: 2, errors: 2 },
  { name: "slow answers", fault: { kind: "slow", delay: 200 }, times: 2, errors: 0 },
];

for (const [index, { name, fault, times, errors }] of rows.entries()) {
  Deno.test(`${name}: each failure is tried again, until the object is as wanted`, async () => {
    await using ways = await TwoWays.open(plane(), { timeout: 500 });
    const { proxy, client, direct } = ways;
    const namespace = `result-${index}`;
    await makeNamespaces(direct, namespace);
    await using running = await startInformer(direct, configMaps, { namespace });
    const reconcile = async (key: string) => {
      const metadata = { namespace, name: parseKey(key).name };
      await client.apply(configMaps, { metadata, data: { wanted: "1" } }, own);
    };
    const injection = proxy.inject(writes("/configmaps/"), fault, times);
    await using loop = control(running.informer.cache, reconcile);
    const start = performance.now();
    const metadata = { namespace, name: "object" };
    await direct.create(configMaps, { metadata });
    const count = (result: string) => counted(loop.metrics, result);
    await eventually(async () => injection.hits === times && await count("success") > 0);
    const recovery = performance.now() - start;
    assert.deepEqual((await direct.get(configMaps, metadata))?.data, { wanted: "1" });
    assert.equal(await count("error"), errors);
    table.survived(name, times, recovery);
  });
}

async function counted(registry: Registry, result: string): Promise<number> {
  const { values } = await registry.getSingleMetric("controller_runtime_reconcile_total")!.get();
  return values.find(({ labels }) => labels["result"] === result)?.value ?? 0;
}
