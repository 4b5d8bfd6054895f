/**
 * A hub whose objects are gone: from its tenants, and from a backup, everything comes back.
 *
 * @module
 */
import assert from "node:assert/strict";
import { findCondition } from "../../apis/kubelb/conditions.ts";
import type { Condition, KubeObject } from "../../apis/meta/v1.ts";
import { ask } from "../../tools/demo/answers.ts";
import { type PublishedService, World } from "../../tools/installation/world.ts";
import { eventually } from "../harness/mod.ts";

let world: World;
let published: PublishedService[];
Deno.test.beforeAll(async () => {
  world = await World.start();
  published = [
    await world.publish("web", { protocol: "TCP", port: 8080 }),
    await world.publish("dns", { protocol: "UDP", port: 5353 }),
  ];
});
Deno.test.afterAll(() => world?.[Symbol.asyncDispose]());

// Processes of the shared world change hands while a test runs.
const shared = { sanitizeOps: false, sanitizeResources: false };

const kubelb = "/apis/kubelb.k8c.io/v1alpha1/namespaces/tenant-acme";
const core = "/api/v1/namespaces/tenant-acme";

/** Where the hub keeps what it serves for the tenant, owners first. */
const collections = [`${kubelb}/loadbalancers`, `${kubelb}/addresses`, `${core}/services`];

interface Found extends KubeObject {
  readonly status?: { conditions?: Condition[] };
  readonly spec: { clusterIP?: string; clusterIPs?: string[]; ports?: { targetPort?: unknown }[] };
}

async function list(collection: string): Promise<Found[]> {
  type List = { apiVersion: string; kind: string; items: Found[] };
  const { items, apiVersion, kind } = await world.hub.plane.admin.request<List>("GET", collection);
  // The items of a list do not say what they are.
  return items.map((item) => ({ ...item, apiVersion, kind: kind.slice(0, -"List".length) }));
}

/** Deletes everything in there, past whoever would be asked. */
async function empty(collection: string): Promise<void> {
  const { admin } = world.hub.plane;
  for (const { metadata: { name } } of await list(collection)) {
    const withoutFinalizers = { metadata: { finalizers: null } };
    const path = `${collection}/${name}`;
    await admin.request("PATCH", path, withoutFinalizers, "application/merge-patch+json");
    await admin.request("DELETE", path);
  }
}

/** The listener ports of each hub Service. */
async function listenerPorts(): Promise<Record<string, unknown[] | undefined>> {
  const services = await list(`${core}/services`);
  return Object.fromEntries(
    services.map(({ metadata, spec }) => [
      metadata.name,
      spec.ports?.map(({ targetPort }) => targetPort),
    ]),
  );
}

/** Waits until Envoy has all there is, and every Service answers at the address it has now. */
async function everythingAnswers(): Promise<void> {
  await eventually(async () => {
    const found = await list(collections[0]!);
    return found.length === published.length &&
      found.every(({ status }) =>
        findCondition(status?.conditions, "Programmed")?.status === "True"
      );
  }, { describe: "every LoadBalancer to be Programmed", deadline: 30_000 });
  for (const { name, protocol, port } of published) {
    await eventually(async () => ask(protocol, await world.tenant.addressOf(name), port), {
      describe: `an answer of ${name}`,
      deadline: 30_000,
    });
  }
}

Deno.test("an emptied hub is filled by its CCM alone", shared, async () => {
  const { manager } = world.hub;
  await manager.kill("SIGKILL");
  const before = new Set((await list(collections[0]!)).map(({ metadata }) => metadata.uid));
  for (const collection of collections) await empty(collection);
  await manager.start();
  await manager.waitReady();
  await everythingAnswers();
  const after = await list(collections[0]!);
  assert.ok(after.every(({ metadata }) => !before.has(metadata.uid)), "all are new");
});

Deno.test("a restore without status moves no listener port", shared, async () => {
  const { hub, tenant } = world;
  await tenant.ccm.kill("SIGKILL");
  await hub.manager.kill("SIGKILL");
  const before = await listenerPorts();
  const backup = await Promise.all(collections.map(list));
  for (const collection of collections) await empty(collection);
  // What tools for backups keep: neither status nor who owned what, since owners get other uids.
  for (const [at, collection] of collections.entries()) {
    for (const { apiVersion, kind, metadata, spec } of backup[at]!) {
      const { name, labels, annotations } = metadata;
      const { clusterIP: _, clusterIPs: __, ...kept } = spec;
      const object = { apiVersion, kind, metadata: { name, labels, annotations }, spec: kept };
      await hub.plane.admin.request("POST", collection, object);
    }
  }
  for (const program of [hub.manager, tenant.ccm]) {
    await program.start();
    await program.waitReady();
  }
  await everythingAnswers();
  assert.deepEqual(await listenerPorts(), before);
});
