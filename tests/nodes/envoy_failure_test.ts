/**
 * What clients notice when one of two Envoy pods ends, and for how long.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { EndpointSlice } from "../../apis/discovery/v1.ts";
import { systemClock } from "../../base/clock.ts";
import { run } from "../../tools/cluster/node/machine_network.ts";
import { eventually } from "../harness/mod.ts";
import { HubWorld, tenantNamespace } from "./hub_world.ts";
import { type Loss, OutsideLoad } from "./outside_client.ts";
import { OutsideConnections } from "./outside_connections.ts";
import { containerProcesses, crash, type Pod } from "./pod.ts";
import { underLoad, withoutLoss } from "./under_load.ts";

const shared = { sanitizeOps: false, sanitizeResources: false };
const port = 8080;
let world: HubWorld;
let web: string;

Deno.test.beforeAll(async () => {
  world = await HubWorld.start();
  web = await world.publishWeb(port);
});
Deno.test.afterAll(() => world?.[Symbol.asyncDispose]());

Deno.test(
  "without a failure nothing is lost: what is lost below is due to it",
  shared,
  async () => {
    await withoutLoss(world.client, "control", { address: web, port }, async () => {
      for (const pod of await world.readyPods(2)) await openConnections(pod, "web");
    });
  },
);

/**
 * Milliseconds. The kubelet looks once a second, by the probe and at its containers, whichever comes
 * first; the rest is for the API server, the EndpointSlice and kube-proxy on a busy machine.
 */
const noticedWithin = 2_000;

/** The losses that the end of a pod at `at` does not explain. */
function unexplained(lost: readonly Loss[], at: number): Loss[] {
  return lost.filter(({ began, ended }) => ended < at || began > at + noticedWithin);
}

Deno.test(
  "an Envoy that is killed takes its own connections along; new ones fail for a moment only",
  shared,
  async () => {
    const address = await world.publish("web-held", [{ protocol: "TCP", port }]);
    const [victim, survivor] = await world.readyPods(2);
    const connections = await OutsideConnections.open(
      world.client,
      "held",
      { protocol: "TCP", address, port },
      20,
    );
    const kept = await openConnections(survivor!, "web-held");
    assert.ok(kept > 0 && kept < 20, `${kept} of 20 connections lead through the other Envoy`);
    let at = 0;
    const { tcp, udp } = await underLoad(
      world.client,
      "crash",
      { address: web, port },
      async () => {
        at = await crash(victim!);
        await eventually(async () => (await world.pods()).some(wasRestarted), { deadline: 30_000 });
        await world.readyPods(2);
      },
    );
    assert.equal((await connections.close()).length, 20 - kept, "no other connection ended");
    assert.ok(tcp.lost.length > 0, "half of the new connections met the dead Envoy");
    assert.deepEqual(unexplained(tcp.lost, at), [], "new connections");
    assert.deepEqual(unexplained(udp.lost, at), [], "new clients by UDP");
  },
);

function wasRestarted({ status }: Pod): boolean {
  return status.containerStatuses?.[0]?.restartCount === 1;
}

/** How many connections to a tenant's Service an Envoy holds, by its statistics. */
async function openConnections({ spec, status }: Pod, name: string): Promise<number> {
  const { metadata } = await world.hubService(name);
  const url = `http://${status.podIP}:19001/stats/prometheus`;
  const code = `console.log(await (await fetch("${url}")).text())`;
  // From its node: nobody outside of the cluster reaches pods.
  const text = await run(world.hub.node(spec.nodeName).machine, Deno.execPath(), ["eval", code]);
  const listener = `${tenantNamespace}/${metadata.labels?.["kubelb.k8c.io/lb-name"]}/TCP/${port}`;
  const metric = `envoy_listener_downstream_cx_active{envoy_listener_address="${listener}"} `;
  const line = text.split("\n").find((line) => line.startsWith(metric));
  if (line === undefined) throw new Error(`Envoy's statistics have no ${metric}`);
  return Number(line.slice(metric.length));
}

Deno.test("a pod that is deleted without grace costs new clients nothing", shared, async () => {
  const [victim] = await world.readyPods(2);
  await withoutLoss(world.client, "forced", { address: web, port }, async () => {
    const { name, uid } = victim!.metadata;
    const path = `/api/v1/namespaces/${tenantNamespace}/pods/${name}?gracePeriodSeconds=0`;
    await world.hub.plane.admin.request("DELETE", path);
    await eventually(async () => {
      return (await world.pods()).every(({ metadata }) => metadata.uid !== uid);
    });
    await world.readyPods(2);
  });
});

Deno.test(
  "a client that keeps its UDP port loses nothing but what it sends between the end of its pod and kube-proxy's notice",
  shared,
  async () => {
    const [victim] = await world.readyPods(2);
    const { name } = victim!.metadata;
    const envoys = await containerProcesses(victim!);
    const target = { protocol: "UDP", address: web, port } as const;
    const load = await OutsideLoad.start(world.client, "kept", target, "kept");
    await world.hub.plane.admin.request(
      "DELETE",
      `/api/v1/namespaces/${tenantNamespace}/pods/${name}`,
    );
    await eventually(() => envoys.some(hasEnded), { deadline: 20_000, interval: 5 });
    const end = systemClock.now();
    await eventually(async () => !(await servingPods()).includes(name), { interval: 20 });
    const told = systemClock.now();
    await world.readyPods(2);
    const { lost } = await load.stop();
    // It answered for three seconds after it was deleted, and kube-proxy takes a moment.
    const others = lost.filter(({ began, ended }) => ended < end || began > told + 500);
    assert.deepEqual(others, [], `the pod ended at ${end}, its endpoint at ${told}`);
  },
);

function hasEnded(pid: number): boolean {
  try {
    Deno.statSync(`/proc/${pid}`);
    return false;
  } catch {
    return true;
  }
}

/** Names of the pods that kube-proxy is told to keep clients at. */
async function servingPods(): Promise<string[]> {
  const path = `/apis/discovery.k8s.io/v1/namespaces/${tenantNamespace}/endpointslices`;
  const { items } = await world.hub.plane.admin.request<{ items: EndpointSlice[] }>("GET", path);
  return items.flatMap(({ endpoints }) => endpoints ?? [])
    .filter(({ conditions }) => conditions?.serving)
    .flatMap(({ targetRef }) => targetRef?.name ?? []);
}
