import assert from "node:assert/strict";
import { type ConfigMap, configMaps, namespaces } from "../../apis/core/v1.ts";
import { Registry } from "../../base/metrics.ts";
import { loadKubeconfig } from "../../kube/cluster_config.ts";
import type { ObjectCache } from "../../kube/object_cache.ts";
import { HttpTransport, type Transport, type TransportRequest } from "../../kube/transport.ts";
import { eventually, sharedControlPlane } from "../harness/mod.ts";
import { clientOf, startInformer } from "./test_client.ts";

const plane = sharedControlPlane({ name: "outage" });
const namespace = "default";

// The processes of the shared plane change hands in these tests; see the harness.
const sanitizersOff = { sanitizeOps: false, sanitizeResources: false };

function dataOf(cache: ObjectCache<ConfigMap>, name: string): string | undefined {
  return cache.get(`${namespace}/${name}`)?.data?.["v"];
}

/** A network that can be cut: open streams break, and nothing new gets through. */
class CuttableTransport implements Transport {
  #wire: AbortController | undefined = new AbortController();

  constructor(private readonly real: Transport) {}

  cut(): void {
    this.#wire?.abort(new TypeError("the network is cut"));
    this.#wire = undefined;
  }

  mend(): void {
    this.#wire = new AbortController();
  }

  async send(request: TransportRequest): Promise<Response> {
    if (this.#wire === undefined) throw new TypeError("the network is cut");
    const signal = AbortSignal.any([request.signal, this.#wire.signal]);
    return await this.real.send({ ...request, signal });
  }

  reconnect(): void {
    this.real.reconnect();
  }

  [Symbol.dispose](): void {
    this.real[Symbol.dispose]();
  }
}

Deno.test(
  "kill -9 of the API server: the informer recovers by itself and loses no change",
  sanitizersOff,
  async () => {
    using client = await clientOf(plane().adminKubeconfig);
    await using running = await startInformer(client, configMaps, { namespace });
    const { cache, problem } = running.informer;
    assert.equal(problem, undefined);
    for (const name of ["kept", "changed", "deleted"]) {
      await client.create(configMaps, { metadata: { namespace, name }, data: { v: "before" } });
    }
    await eventually(() => cache.get(`${namespace}/deleted`));
    const deletions: string[] = [];
    cache.subscribe(({ type, object }) => {
      if (type === "deleted") deletions.push(object.metadata.name);
    });
    await plane().kill("kube-apiserver");
    await eventually(() => running.informer.problem?.reason === "Unreachable");
    assert.equal(cache.synced, true, "the last known state stays");
    assert.equal(dataOf(cache, "kept"), "before");
    await plane().restart("kube-apiserver");
    // Through the harness' own client: right at the start, before the informer may have noticed.
    const base = `/api/v1/namespaces/${namespace}/configmaps`;
    await plane().admin.apply(`${base}/changed`, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "changed" },
      data: { v: "after" },
    });
    await plane().admin.request("DELETE", `${base}/deleted`);
    await eventually(() => dataOf(cache, "changed") === "after", { deadline: 20_000 });
    await eventually(() => deletions.includes("deleted"));
    assert.deepEqual(deletions, ["deleted"]);
    await eventually(() => running.informer.problem === undefined);
  },
);

Deno.test("an API server that is not there at start is waited for", sanitizersOff, async () => {
  using client = await clientOf(plane().adminKubeconfig);
  await plane().kill("kube-apiserver");
  await using running = await startInformer(client, namespaces, { wait: false });
  const { informer } = running;
  await eventually(() => informer.problem?.reason === "Unreachable");
  assert.match(informer.problem!.message, /cannot reach https:/);
  assert.equal(informer.cache.synced, false);
  await plane().restart("kube-apiserver");
  await eventually(() => informer.cache.synced, { deadline: 20_000 });
  assert(informer.cache.get("default"));
});

Deno.test(
  "a version that the server has forgotten (410) leads to a list, and nothing is lost",
  sanitizersOff,
  async () => {
    const registry = new Registry();
    const network = new CuttableTransport(
      new HttpTransport(await loadKubeconfig(plane().adminKubeconfig)),
    );
    using client = await clientOf(plane().adminKubeconfig, { transport: network });
    using other = await clientOf(plane().adminKubeconfig);
    await other.create(configMaps, { metadata: { namespace, name: "vanishes" } });
    await using running = await startInformer(client, configMaps, { namespace, metrics: registry });
    const { cache } = running.informer;
    assert(cache.get(`${namespace}/vanishes`));
    network.cut();
    await eventually(() => running.informer.problem?.reason === "Unreachable");
    await other.delete(configMaps, { namespace, name: "vanishes" });
    await other.create(configMaps, { metadata: { namespace, name: "appears" } });
    // Its watch cache begins anew with the restart and knows nothing older.
    await plane().restart("kube-apiserver");
    network.mend();
    await eventually(() => cache.get(`${namespace}/appears`), { deadline: 20_000 });
    assert.equal(cache.get(`${namespace}/vanishes`), undefined);
    const text = await registry.metrics();
    assert.match(text, /^reflector_failures_total\{.*reason="Expired"\} 1$/m);
    assert.match(text, /^reflector_lists_total\{.*\} 2$/m);
    assert.match(text, /^reflector_events_found_by_relist_total\{.*\} [1-9]\d*$/m);
  },
);

Deno.test(
  "an etcd that lost everything: the informer believes the new history",
  sanitizersOff,
  async () => {
    using client = await clientOf(plane().adminKubeconfig);
    const metadata = { namespace, name: "before" };
    await client.apply(configMaps, { metadata }, { fieldManager: "test" });
    await using running = await startInformer(client, configMaps, { namespace });
    const { cache } = running.informer;
    assert(cache.get(`${namespace}/before`));
    await plane().kill("kube-apiserver");
    await plane().kill("etcd");
    await Deno.remove(`${plane().folder}/etcd`, { recursive: true });
    await plane().restart("etcd");
    await plane().restart("kube-apiserver");
    await client.apply(configMaps, { metadata: { namespace, name: "after" } }, {
      fieldManager: "test",
    });
    await eventually(() => cache.get(`${namespace}/after`), { deadline: 20_000 });
    assert.equal(cache.get(`${namespace}/before`), undefined);
  },
);
