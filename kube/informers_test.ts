import assert from "node:assert/strict";
import { type KubeObject, resourceType } from "../apis/meta/v1.ts";
import { FakeClock } from "../base/fake_clock.ts";
import { silentLogger } from "../base/logger.ts";
import { ApiError } from "./api_error.ts";
import { FakeWatch } from "./fake_api.ts";
import { Informers } from "./informers.ts";
import type { ReflectorClient } from "./reflector_client.ts";

const routes = resourceType<KubeObject>("kubelb.k8c.io", "v1alpha1", "Route", "routes", true);
const tenants = resourceType<KubeObject>("kubelb.k8c.io", "v1alpha1", "Tenant", "tenants", false);

/** Every list is empty at once; what is refused stays so. */
function start(refused: string[] = []) {
  const clock = new FakeClock();
  const client: ReflectorClient = {
    name: "hub",
    list: () => assert.fail("streaming lists are enough here"),
    watch: async (type, _options, signal) => {
      const call = { verb: "watch", path: "/", resource: type.plural };
      if (refused.includes(type.plural)) {
        throw new ApiError("Forbidden", "missing permission", { call });
      }
      const watch = new FakeWatch(signal);
      const annotations = { "k8s.io/initial-events-end": "true" };
      watch.send({ type: "BOOKMARK", object: { metadata: { resourceVersion: "1", annotations } } });
      return watch.body;
    },
    reconnect() {},
  };
  const informers = new Informers(client, { log: silentLogger, clock });
  const stop = new AbortController();
  return { clock, informers, stop };
}

Deno.test("whoever asks for the same view gets the same informer", () => {
  const { informers } = start();
  const view = { namespace: "a", labelSelector: "x=y" };
  assert.equal(informers.informer(routes, view), informers.informer(routes, { ...view }));
  assert.notEqual(informers.informer(routes, view), informers.informer(routes, { namespace: "a" }));
  assert.notEqual(informers.informer(routes), informers.informer(tenants));
});

Deno.test("a shared informer without an index that is wanted later is a bug", () => {
  const { informers } = start();
  informers.informer(routes);
  const late = () => informers.informer(routes, { indexers: { tenant: () => [] } });
  assert.throws(late, /routes\.kubelb\.k8c\.io was made without index tenant/);
});

Deno.test("all are synced when each is; later ones start by themselves", async () => {
  const { informers, clock, stop } = start();
  informers.informer(routes);
  const ended = informers.start(stop.signal);
  await informers.whenSynced();
  assert.equal(informers.synced, true);
  const later = informers.informer(tenants);
  await clock.advance(0);
  assert.equal(later.cache.synced, true);
  stop.abort();
  await ended;
  assert.equal(clock.pending, 0);
});

Deno.test("what is not synced is named with its reason", async () => {
  const { informers, clock, stop } = start(["tenants"]);
  informers.informer(routes);
  informers.informer(tenants);
  assert.equal(informers.troubles().length, 2);
  const ended = informers.start(stop.signal);
  await clock.advance(100);
  assert.deepEqual(informers.troubles(), [
    {
      resource: "tenants.kubelb.k8c.io",
      synced: false,
      reason: "Forbidden",
      message: "missing permission",
    },
  ]);
  stop.abort();
  await ended;
});
