/**
 * The whole path on real clusters: client → hub Service → kube-proxy → Envoy pod → node port of the
 * tenant → kube-proxy → pod.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { LoadBalancer } from "../../apis/kubelb/v1alpha1/mod.ts";
import { eventually } from "../harness/mod.ts";
import { readPortTable } from "../../tools/installation/port_table.ts";
import { HubWorld, tenantNamespace } from "./hub_world.ts";
import { askFrom, type Target } from "./outside_client.ts";
import { isReady, type Pod } from "./pod.ts";
import { withoutLoss } from "./under_load.ts";

const shared = { sanitizeOps: false, sanitizeResources: false };
const port = 8080;
let world: HubWorld;
let web: string;

Deno.test.beforeAll(async () => {
  world = await HubWorld.start();
  web = await world.publishWeb(port);
});
Deno.test.afterAll(() => world?.[Symbol.asyncDispose]());

for (const protocol of ["TCP", "UDP"] as const) {
  Deno.test(`${protocol} from outside reaches the pods of the tenant`, shared, async () => {
    const answers = await askFrom(world.client, { protocol, address: web, port }, 40);
    const pods = new Set([...answers.keys()].map((answer) => answer.split(" ")[0]));
    assert.equal(pods.size, 2, `${[...answers.keys()]}`);
  });
}

Deno.test("Programmed counts the Envoys of both managers", shared, async () => {
  const { metadata } = await world.hubService("web");
  const name = metadata.labels?.["kubelb.k8c.io/lb-name"];
  const path = `/apis/kubelb.k8c.io/v1alpha1/namespaces/${tenantNamespace}/loadbalancers/${name}`;
  const message = await eventually(async () => {
    const { status } = await world.hub.plane.admin.request<LoadBalancer>("GET", path);
    const programmed = status?.conditions?.find(({ type }) => type === "Programmed");
    return programmed?.status === "True" ? programmed.message : undefined;
  }, { describe: "it to be programmed" });
  assert.match(message, /^\d\/\d Envoys have acknowledged$/);
  assert.equal(await world.streams(), 2, "each Envoy is at one manager");
});

Deno.test(
  "the port changes three times on the way, and each hop has the one it should",
  shared,
  async () => {
    const service = await world.hubService("web");
    const tcp = service.spec.ports?.find(({ protocol }) => protocol === "TCP");
    const origin = await world.tenant.service("web");
    const nodePort = origin.spec.ports.find(({ protocol }) => protocol === "TCP")?.nodePort;
    const ports = [port, tcp?.targetPort, nodePort];
    assert.equal(new Set(ports).size, 3, `all different: ${ports}`);
    const [line] = await eventually(async () => {
      const lines = await world.accessLog(service);
      const found = lines.filter(({ protocol }) => protocol === "TCP");
      return found.length > 0 ? found : undefined;
    }, { describe: "a line in Envoy's access log" });
    assert.match(line!.listener, new RegExp(`:${tcp?.targetPort}$`), "Envoy's own port");
    const nodes = world.tenantCluster.nodes.map(({ address }) => `${address}:${nodePort}`);
    assert.ok(nodes.includes(line!.endpoint), `${line!.endpoint} is a node port of ${nodes}`);
  },
);

/** Addresses that Envoys saw as the client's in connections to a tenant's Service. */
async function clientsSeen(name: string, count: number): Promise<string[]> {
  const service = await world.hubService(name);
  const lines = await eventually(async () => {
    const found = await world.accessLog(service);
    return found.length >= count ? found : undefined;
  }, { describe: `${count} lines about ${name} in Envoy's access log` });
  return [...new Set(lines.map(({ client }) => client.replace(/:\d+$/, "")))];
}

Deno.test(
  "with policy Cluster Envoy sees a node of the hub, with Local the client",
  shared,
  async () => {
    const ports = [{ protocol: "TCP" as const, port }];
    const cluster = await world.publish("web-cluster", ports);
    await askFrom(world.client, { protocol: "TCP", address: cluster, port }, 20);
    const others = await clientsSeen("web-cluster", 20);
    assert.ok(!others.includes(world.clientAddress), `${others}`);

    const local = await world.publish("web-local", ports, "hub-1", {
      externalTrafficPolicy: "Local",
    });
    assert.equal((await world.hubService("web-local")).spec.externalTrafficPolicy, "Local");
    await askFrom(world.client, { protocol: "TCP", address: local, port }, 20);
    assert.deepEqual(await clientsSeen("web-local", 20), [world.clientAddress]);
  },
);

Deno.test(
  "with policy Local only nodes with an Envoy take traffic, and say so",
  shared,
  async () => {
    const address = await world.tenant.addressOf("web-local");
    const { spec } = await world.hubService("web-local");
    const answers = async (node: string) => {
      const { address } = world.hub.node(node);
      const response = await fetch(`http://${address}:${spec.healthCheckNodePort}/healthz`);
      await response.body?.cancel();
      return response.status;
    };
    assert.deepEqual([await answers("hub-1"), await answers("hub-2")], [200, 200]);
    // The Tenant's number of Envoys counts more than the hub's.
    await setReplicas(1);
    const [pod] = await world.readyPods(1);
    const [busy, idle] = pod!.spec.nodeName === "hub-1" ? ["hub-1", "hub-2"] : ["hub-2", "hub-1"];
    await eventually(async () => await answers(idle) === 503, {
      describe: "the idle node to say so",
    });
    assert.equal(await answers(busy), 200);
    const target: Target = { protocol: "TCP", address, port };
    await world.route(address, busy);
    await askFrom(world.client, target, 5);
    // A pod that drains still takes what comes to its node, when no other is there.
    await eventually(async () => (await world.pods()).length === 1, {
      describe: "the end of a pod",
    });
    await world.route(address, idle);
    await assert.rejects(askFrom(world.client, target), "a node without an Envoy drops it");
    await setReplicas(2);
    await world.readyPods(2);
    await eventually(() => askFrom(world.client, target), { describe: "an answer by that node" });
  },
);

async function setReplicas(replicas: number): Promise<void> {
  const path = "/apis/kubelb.k8c.io/v1alpha1/tenants/acme";
  const patch = { spec: { envoyProxy: { replicas } } };
  await world.hub.plane.admin.request("PATCH", path, patch, "application/merge-patch+json");
}

Deno.test(
  "by PROXY protocol and policy Local the backend learns the client's address",
  shared,
  async () => {
    await world.deploy("proxied", { PROXY_PROTOCOL: "v2" });
    const address = await world.publish(
      "proxied",
      [{ protocol: "TCP", port }],
      "hub-1",
      { externalTrafficPolicy: "Local" },
      { "kubelb.k8c.io/proxy-protocol": "v2" },
    );
    const target: Target = { protocol: "TCP", address, port };
    const answers = await askFrom(world.client, target, 5);
    for (const answer of answers.keys()) assert.equal(answer.split(" ")[2], world.clientAddress);
  },
);

async function leaseHolder(): Promise<string> {
  const path = "/apis/coordination.k8s.io/v1/namespaces/kubelb/leases/19f32e7b.kubelb.k8c.io";
  type Lease = { spec: { holderIdentity: string } };
  return (await world.hub.plane.admin.request<Lease>("GET", path)).spec.holderIdentity;
}

Deno.test(
  "kill -9 of the leading manager under load: nothing is lost, the other one leads",
  shared,
  async () => {
    const before = await readPortTable(world.hub.plane, tenantNamespace);
    const restarts = (await world.pods()).map(({ metadata }) => metadata.uid).toSorted();
    const holder = await leaseHolder();
    await withoutLoss(world.client, "leader", { address: web, port }, async () => {
      await world.managers[0]!.kill("SIGKILL");
      await eventually(async () => await leaseHolder() !== holder, {
        deadline: 40_000,
        describe: "another leader",
      });
      await eventually(async () => await world.streams() === 2, {
        describe: "both Envoys at the manager that is left",
      });
      // The new leader serves what is new.
      const late = await world.publish("web-late", [{ protocol: "TCP", port }]);
      const target: Target = { protocol: "TCP", address: late, port };
      await eventually(() => askFrom(world.client, target), { deadline: 20_000 });
      await world.tenant.deleteService("web-late");
    });
    assert.deepEqual(await readPortTable(world.hub.plane, tenantNamespace), before);
    const uids = (await world.pods()).map(({ metadata }) => metadata.uid).toSorted();
    assert.deepEqual(uids, restarts, "the same pods");
    await world.managers[0]!.start();
    await world.managers[0]!.waitReady();
  },
);

Deno.test(
  "a pod is ready with its first configuration, not before, and its predecessor drains",
  shared,
  async () => {
    await withoutLoss(world.client, "ready", { address: web, port }, async () => {
      for (const manager of world.managers) await manager.kill("SIGKILL");
      const [gone] = await world.pods();
      const path = `/api/v1/namespaces/${tenantNamespace}/pods/${gone!.metadata.name}`;
      const known = (await world.pods()).map(({ metadata }) => metadata.name);
      await world.hub.plane.admin.request("DELETE", path);
      const isNew = ({ metadata, status }: Pod) =>
        !known.includes(metadata.name) && status.phase === "Running";
      const find = async () => (await world.pods()).find(isNew);
      const fresh = await eventually(find, { deadline: 30_000, describe: "a new pod that runs" });
      // Several times the period of the probe.
      const start = performance.now();
      await eventually(async () => {
        const now = await find();
        assert.equal(now && isReady(now), false, "not ready without a manager");
        return performance.now() - start > 8_000;
      }, { deadline: 10_000 });
      for (const manager of world.managers) await manager.start();
      const ready = await world.readyPods(2);
      const names = ready.map(({ metadata }) => metadata.name);
      assert.ok(names.includes(fresh.metadata.name), "it did not have to be started again");
      for (const manager of world.managers) await manager.waitReady();
    });
  },
);

Deno.test(
  "another authority of xDS connections reaches Envoys without a restart",
  shared,
  async () => {
    const path = "/api/v1/namespaces/kubelb/secrets/kubelb-xds-ca";
    const pods = (await world.pods()).map(({ metadata }) => metadata.uid).toSorted();
    await withoutLoss(world.client, "authority", { address: web, port }, async () => {
      await world.hub.plane.admin.request("DELETE", path);
      await eventually(() => world.hub.plane.admin.request("GET", path));
      // Whoever reconnects now has to believe the new one, and to be believed.
      for (const manager of world.managers) {
        await manager.kill("SIGTERM");
        await manager.start();
        await manager.waitReady();
      }
      await eventually(async () => await world.streams() === 2, {
        deadline: 120_000,
        describe: "both Envoys to come back",
      });
    });
    const now = await world.pods();
    assert.deepEqual(now.map(({ metadata }) => metadata.uid).toSorted(), pods);
    for (const { status } of now) assert.equal(status.containerStatuses?.[0]?.restartCount, 0);
  },
);

Deno.test("with the last load balancer pods, Deployment and credentials go", shared, async () => {
  for (const name of ["web", "web-cluster", "web-local", "proxied"]) {
    await world.tenant.deleteService(name);
  }
  const { admin } = world.hub.plane;
  const count = async (path: string) =>
    (await admin.request<{ items: unknown[] }>("GET", path)).items.length;
  const secrets = `/api/v1/namespaces/${tenantNamespace}/secrets`;
  await eventually(
    async () =>
      await count(`/apis/apps/v1/namespaces/${tenantNamespace}/deployments`) === 0 &&
      await count(`${secrets}?fieldSelector=metadata.name%3Dkubelb-envoy`) === 0 &&
      (await world.pods()).length === 0,
    {
      deadline: 40_000,
      describe: "everything to be gone",
    },
  );
});
