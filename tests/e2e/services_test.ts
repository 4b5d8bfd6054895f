/**
 * What a user may ask of a Service, from its spec to the answers: see docs/getting-started.md.
 *
 * @module
 */
import assert from "node:assert/strict";
import { ask, askTimes, describeAnswers } from "../../tools/demo/answers.ts";
import type { ServicePort, TenantService } from "../../tools/installation/tenant_cluster.ts";
import { serviceAccountKubeconfig } from "../../tools/installation/service_account.ts";
import { eventually, HttpBackend, startProgram } from "../harness/mod.ts";
import { askFrom } from "./ask_from.ts";
import { SteadyLoad } from "../../tools/load/steady_load.ts";
import { World } from "../../tools/installation/world.ts";

let world: World;
Deno.test.beforeAll(async () => {
  world = await World.start();
});
Deno.test.afterAll(() => world?.[Symbol.asyncDispose]());

/** Backends that a test starts live as long as the shared world. */
const shared = { sanitizeOps: false, sanitizeResources: false };

const web: ServicePort = { name: "web", protocol: "TCP", port: 8080 };
const dns: ServicePort = { name: "dns", protocol: "UDP", port: 5353 };

/** Creates a Service with backends on both nodes; resolves to its address when all ports answer. */
async function publish(
  name: string,
  ports: readonly ServicePort[],
  spec: Record<string, unknown> = {},
): Promise<string> {
  await startBackends(await world.tenant.createService(name, ports, spec));
  const address = await world.tenant.addressOf(name);
  for (const { protocol, port } of ports) await answers(protocol, address, port);
  return address;
}

async function startBackends({ spec }: TenantService): Promise<void> {
  for (const number of [1, 2]) {
    await world.backends.start(`node-${number}`, world.network.nodeAddress(number), spec.ports);
  }
}

function answers(protocol: "TCP" | "UDP", address: string, port: number): Promise<string> {
  const describe = `an answer from ${address}:${port}/${protocol}`;
  return eventually(() => ask(protocol, address, port), { describe, deadline: 20_000 });
}

async function fallsSilent(protocol: "TCP" | "UDP", address: string, port: number): Promise<void> {
  const describe = `${address}:${port}/${protocol} to fall silent`;
  const silent = () => ask(protocol, address, port).then(() => false, () => true);
  await eventually(silent, { describe, deadline: 20_000 });
}

/** Waits until a round of requests is answered by exactly these nodes, then sees that it stays so. */
async function answeredBy(
  { protocol, port }: ServicePort,
  address: string,
  ...nodes: string[]
): Promise<void> {
  let last = new Map<string, number>() as ReadonlyMap<string, number>;
  const round = async (times: number) => {
    last = await askTimes(protocol, address, port, times);
    assert.deepEqual([...last.keys()].toSorted(), nodes);
    return true;
  };
  await eventually(() => round(12), {
    // A sick node is found at the next health check; a healthy one after two: 5 s apart, and some.
    deadline: 30_000,
    describe: () => `${protocol} answers of ${nodes} alone (was ${describeAnswers(last)})`,
  });
  await round(50);
}

/** Names of the hub's objects for a Service. */
async function hubObjectsOf(name: string): Promise<string[]> {
  const path = "/apis/kubelb.k8c.io/v1alpha1/namespaces/tenant-acme/loadbalancers" +
    `?labelSelector=kubelb.k8c.io/origin-name=${name}`;
  const { items } = await world.hub.plane.admin.request<
    { items: { metadata: { name: string } }[] }
  >("GET", path);
  return items.map(({ metadata }) => metadata.name);
}

/** Waits until KubeLB has let a Service go that still exists. */
async function released(name: string): Promise<void> {
  await eventually(async () => {
    const { metadata, status } = await world.tenant.service(name);
    assert.equal(status?.loadBalancer?.ingress, undefined);
    assert.equal("finalizers" in metadata, false);
    assert.deepEqual(await hubObjectsOf(name), []);
    return true;
  }, { describe: `Service ${name} to be released`, deadline: 20_000 });
}

Deno.test(
  "several ports of both protocols answer, and one that is taken away falls silent",
  shared,
  async () => {
    const ports: ServicePort[] = [
      dns,
      { name: "dns-tcp", protocol: "TCP", port: 5353 },
      web,
      { name: "admin", protocol: "TCP", port: 8081 },
    ];
    const address = await publish("many", ports);
    await world.tenant.createService("many", ports.slice(0, 3));
    await fallsSilent("TCP", address, 8081);
    for (const { protocol, port } of ports.slice(0, 3)) await ask(protocol, address, port);
    await world.tenant.createService("many", ports.slice(1, 3));
    await fallsSilent("UDP", address, 5353);
    await ask("TCP", address, 5353);
    await world.tenant.deleteService("many");
  },
);

Deno.test(
  "policy Local: only the node whose health-check node port says 200, also after a flip",
  shared,
  async () => {
    const local = { externalTrafficPolicy: "Local" };
    const service = await world.tenant.createService("local", [web, dns], local);
    const port = Number(service.spec.healthCheckNodePort);
    assert.ok(port > 0, "the API server allocates it");
    const checks = [1, 2].map((number) =>
      new HttpBackend({ address: world.network.nodeAddress(number), port, identity: "kube-proxy" })
    );
    await using stack = new AsyncDisposableStack();
    checks.forEach((check) => stack.use(check));
    const [first, second] = checks as [HttpBackend, HttpBackend];
    second.status = 503;
    await startBackends(service);
    const address = await world.tenant.addressOf("local");
    for (const port of [web, dns]) await answeredBy(port, address, "node-1");
    assert.equal(first.requests[0]?.path, "/healthz");

    [first.status, second.status] = [503, 200];
    for (const port of [web, dns]) await answeredBy(port, address, "node-2");
    first.status = 200;
    for (const port of [web, dns]) await answeredBy(port, address, "node-1", "node-2");
    await world.tenant.deleteService("local");
  },
);

Deno.test(
  "session affinity ClientIP: a client stays with its node, clients are spread",
  shared,
  async () => {
    const address = await publish("sticky", [web], { sessionAffinity: "ClientIP" });
    // An endpoint takes traffic when its first check has ended: only then is the table of nodes final.
    const sources = Array.from({ length: 24 }, (_, at) => `127.0.66.${at + 1}`);
    const round = () => Promise.all(sources.map((source) => askFrom(source, address, 8080)));
    const before = await eventually(async () => {
      const nodes = await round();
      return new Set(nodes).size === 2 && nodes;
    }, { describe: "clients on both nodes" });
    for (let times = 0; times < 5; times++) assert.deepEqual(await round(), before);
    await world.tenant.deleteService("sticky");
  },
);

Deno.test("source ranges decide by the client's address, and follow a change", shared, async () => {
  const ranges = (...loadBalancerSourceRanges: string[]) => ({ loadBalancerSourceRanges });
  const friend = "127.0.67.5";
  const stranger = "127.0.68.5";
  const service = await world.tenant.createService("ranged", [web], ranges("127.0.67.0/24"));
  await startBackends(service);
  const address = await world.tenant.addressOf("ranged");
  await eventually(() => askFrom(friend, address, 8080), { describe: "an answer to the friend" });
  await assert.rejects(askFrom(stranger, address, 8080));
  await assert.rejects(ask("TCP", address, 8080));

  await world.tenant.createService("ranged", [web], ranges("127.0.67.6/32", "127.0.68.0/24"));
  await eventually(() => askFrom(stranger, address, 8080), { describe: "one to the stranger" });
  await assert.rejects(askFrom(friend, address, 8080));

  await world.tenant.createService("ranged", [web]);
  await eventually(() => askFrom(friend, address, 8080), { describe: "answers to everyone" });
  await world.tenant.deleteService("ranged");
});

Deno.test(
  "Services share a requested address; who comes second for a port is told, and waits",
  shared,
  async () => {
    const wanted = { loadBalancerIP: world.network.addressPool.replace(".0/25", ".99") };
    const admin: ServicePort = { name: "admin", protocol: "TCP", port: 8081 };
    assert.equal(await publish("shares-1", [web], wanted), wanted.loadBalancerIP);
    assert.equal(await publish("shares-2", [admin], wanted), wanted.loadBalancerIP);

    await using load = new SteadyLoad({ ...web, address: wanted.loadBalancerIP });
    const late = await world.tenant.createService("shares-3", [web], wanted);
    await startBackends(late);
    const told = await eventually(() => conditionOf("shares-3", "kubelb.k8c.io/Served"), {
      describe: "a condition on the tenant's Service",
    });
    assert.equal(told.status, "False");
    assert.equal(told.reason, "AddressUnavailable");
    assert.ok(told.message.includes(wanted.loadBalancerIP), told.message);
    assert.equal((await world.tenant.service("shares-3")).status?.loadBalancer?.ingress, undefined);
    await load.stop();
    assert.equal(load.lost.length, 0, load.describe());

    await world.tenant.deleteService("shares-1");
    assert.equal(await world.tenant.addressOf("shares-3"), wanted.loadBalancerIP);
    await answers("TCP", wanted.loadBalancerIP, 8080);
    await eventually(
      async () => await conditionOf("shares-3", "kubelb.k8c.io/Served") === undefined,
      {
        describe: "the condition to go",
      },
    );
    for (const name of ["shares-2", "shares-3"]) await world.tenant.deleteService(name);
  },
);

interface ToldCondition {
  type: string;
  status: string;
  reason: string;
  message: string;
}

async function conditionOf(name: string, type: string): Promise<ToldCondition | undefined> {
  const { status } = await world.tenant.service(name);
  const { conditions = [] } = status as { conditions?: ToldCondition[] };
  return conditions.find((condition) => condition.type === type);
}

Deno.test(
  "a Service that becomes ClusterIP is released, and served again as LoadBalancer",
  shared,
  async () => {
    const address = await publish("changing", [web]);
    await world.tenant.createService("changing", [web], { type: "ClusterIP" });
    await released("changing");
    await fallsSilent("TCP", address, 8080);

    await publish("changing", [web]);
    assert.equal((await hubObjectsOf("changing")).length, 1);
    await world.tenant.deleteService("changing");
  },
);

Deno.test("a Service of another class is left alone", shared, async () => {
  const address = await publish("reclassed", [web]);
  await world.tenant.createService("reclassed", [web], { type: "ClusterIP" });
  await world.tenant.createService("reclassed", [web], { loadBalancerClass: "example.com/other" });
  await released("reclassed");
  await fallsSilent("TCP", address, 8080);
  await world.tenant.deleteService("reclassed");
});

Deno.test("a CCM with the class filter releases Services without the class", shared, async () => {
  const plain = await publish("plain", [web]);
  const classed = await publish("classed", [web], { loadBalancerClass: "kubelb" });
  await using load = new SteadyLoad({ ...web, address: classed });
  await world.tenant.ccm.kill("SIGTERM");
  const tenant = await serviceAccountKubeconfig(world.tenant.plane, "kubelb", "kubelb-ccm");
  await using filtering = await startProgram({
    name: "filtering-ccm",
    mode: "ccm",
    args: [
      "--cluster-name=acme",
      `--kubeconfig=${tenant}`,
      `--kubelb-kubeconfig=${await world.hub.registerTenant("acme")}`,
      "--leader-election-namespace=kubelb",
      "--use-loadbalancer-class",
    ],
  });
  await filtering.waitReady();
  await released("plain");
  await fallsSilent("TCP", plain, 8080);
  await load.stop();
  assert.equal(load.lost.length, 0, load.describe());
});
