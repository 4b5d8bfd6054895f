import assert from "node:assert/strict";
import type { Service } from "../../../apis/core/v1.ts";
import { FakeClock } from "../../../base/fake_clock.ts";
import { PortTable } from "../../../fleet/port_table.ts";
import type { KubeClient } from "../../../kube/client.ts";
import { ObjectCache } from "../../../kube/object_cache.ts";
import { readFrontPorts } from "./front_ports.ts";
import { HubPorts } from "./hub_ports.ts";
import { loadBalancerWith } from "./testdata.ts";

function hubService(name: string, created: string, ...targetPorts: number[]): Service {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name: `envoy-${name}`,
      namespace: "tenant-acme",
      uid: `uid-${name}`,
      resourceVersion: "5",
      creationTimestamp: created,
      labels: { "kubelb.k8c.io/lb-name": name, "kubelb.k8c.io/managed-by": "kubelb" },
    },
    spec: { ports: targetPorts.map((targetPort, at) => ({ port: 80 + at, targetPort })) },
  };
}

/** A hub whose list has two pages; `between` happens while the second is under way. */
async function portsOfPages(
  pages: [Service[], Service[]],
  between: (cache: ObjectCache<Service>) => void,
) {
  const cache = new ObjectCache<Service>();
  cache.replace([], "1");
  const range = { first: 10_000, last: 10_003 };
  const table = new PortTable({ clock: new FakeClock(), range, rest: 0 });
  const client = {
    list: (_resource: unknown, { continue: token }: { continue?: string }) => {
      if (token !== undefined) between(cache);
      const [items, next] = token === undefined ? [pages[0], { continue: "2" }] : [pages[1], {}];
      return Promise.resolve({ items, resourceVersion: "9", ...next });
    },
  } as unknown as Pick<KubeClient, "list">;
  return await HubPorts.load(client, cache, table);
}

async function portsOf(listed: Service[], last = 10_003, most = Infinity) {
  const cache = new ObjectCache<Service>();
  cache.replace([], "1");
  const range = { first: 10_000, last };
  const table = new PortTable({ clock: new FakeClock(), range, most: () => most });
  const page = { items: listed, resourceVersion: "9" };
  const client = { list: () => Promise.resolve(page) } as unknown as Pick<KubeClient, "list">;
  return { cache, ports: await HubPorts.load(client, cache, table) };
}

function ask(ports: HubPorts, name: string, numbers: number[], service?: Service) {
  const loadBalancer = loadBalancerWith({ ports: numbers.map((port) => ({ port })) }, name);
  const read = readFrontPorts(loadBalancer);
  assert.ok(read.valid);
  const answer = ports.assign(loadBalancer, read.ports, service);
  return answer.kind === "assigned" ? [...answer.targetPorts.values()] : answer.kind;
}

Deno.test("a new leader gives out no port that the list of Services shows, whatever its cache knows", async () => {
  const { ports } = await portsOf([hubService("old", "2026-01-01T00:00:00Z", 10_000, 10_002)]);
  assert.deepEqual(ask(ports, "new", [80, 81]), [10_003, 10_001]);
});

Deno.test("who replaces ports where its Envoy can have no more needs no room for both", async () => {
  const service = hubService("web", "2026-01-01T00:00:00Z", 10_000, 10_001);
  const { ports } = await portsOf([service], 10_009, 2);
  assert.equal(ask(ports, "web", [90, 91, 92], service), "exhausted");
  assert.deepEqual(ask(ports, "web", [90, 91], service), [10_002, 10_003]);
  assert.equal(ask(ports, "other", [80]), "exhausted");
});

Deno.test("what the predecessor writes while later pages are read is in the table", async () => {
  const late = hubService("late", "2026-01-02T00:00:00Z", 10_002);
  late.metadata.resourceVersion = "10";
  const old = hubService("old", "2026-01-01T00:00:00Z", 10_000);
  using ports = await portsOfPages([[old], []], (cache) => cache.set(late));
  assert.deepEqual(ask(ports, "new", [80, 81]), [10_003, 10_001]);
});

Deno.test("what is deleted or moved while pages are read holds no port by what they said", async () => {
  const moved = hubService("moved", "2026-01-01T00:00:00Z", 10_000);
  const first = hubService("first", "2026-01-01T00:00:00Z", 10_001);
  const second = hubService("second", "2026-01-01T00:00:00Z", 10_002);
  const at = (service: Service, resourceVersion: string): Service => ({
    ...service,
    metadata: { ...service.metadata, resourceVersion },
  });
  using ports = await portsOfPages([[first], [second, moved]], (cache) => {
    cache.set(at(hubService("moved", "2026-01-01T00:00:00Z", 10_003), "10"));
    cache.remove(at(first, "11"));
    cache.remove(at(second, "12"));
  });
  const given = ask(ports, "new", [80, 81, 82]);
  assert.deepEqual([...given].sort(), [10_000, 10_001, 10_002]);
});

Deno.test("asking again before the Service was written gives the same ports", async () => {
  const { ports } = await portsOf([]);
  const first = ask(ports, "a", [80, 81]);
  assert.deepEqual(ask(ports, "a", [80, 81]), first);
});

Deno.test("of two Services with one port the younger is given another", async () => {
  const older = hubService("older", "2026-01-01T00:00:00Z", 10_001);
  const younger = hubService("younger", "2026-01-02T00:00:00Z", 10_001);
  const { ports } = await portsOf([younger, older]);
  assert.deepEqual(ask(ports, "older", [80], older), [10_001]);
  assert.notDeepEqual(ask(ports, "younger", [80], younger), [10_001]);
});

Deno.test("a conflict is told also where there is no other port to give", async () => {
  const older = hubService("older", "2026-01-01T00:00:00Z", 10_000);
  const younger = hubService("younger", "2026-01-02T00:00:00Z", 10_000);
  const { ports } = await portsOf([younger, older], 10_000);
  const loadBalancer = loadBalancerWith({ ports: [{ port: 80 }] }, "younger");
  const read = readFrontPorts(loadBalancer);
  assert.ok(read.valid);
  assert.deepEqual(ports.assign(loadBalancer, read.ports, younger), {
    kind: "exhausted",
    missing: 1,
    conflicts: [{ port: 10_000, holder: "tenant-acme/envoy-older" }],
  });
});

Deno.test("a new range is for ports that are given out from now on", async () => {
  const old = hubService("old", "2026-01-01T00:00:00Z", 10_000);
  const { ports } = await portsOf([old]);
  ports.setRange({ first: 20_000, last: 20_001 });
  assert.deepEqual(ask(ports, "old", [80], old), [10_000]);
  assert.deepEqual(ask(ports, "new", [80]), [20_000]);
});

Deno.test("nothing is given when there is not enough", async () => {
  const { ports } = await portsOf([], 10_001);
  assert.equal(ask(ports, "a", [80, 81, 82]), "exhausted");
  assert.deepEqual(ask(ports, "b", [80, 81]), [10_000, 10_001]);
});
