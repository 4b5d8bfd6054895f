import assert from "node:assert/strict";
import type { Namespace } from "../../../apis/core/v1.ts";
import type { Addresses } from "../../../apis/kubelb/v1alpha1/mod.ts";
import { FakeClock } from "../../../base/fake_clock.ts";
import { silentLogger } from "../../../base/logger.ts";
import type { KubeClient } from "../../../kube/client.ts";
import { ObjectCache } from "../../../kube/object_cache.ts";
import { clusterUidAnnotation } from "./cluster_hold.ts";
import { HoldWatcher } from "./hold_watcher.ts";

let version = 0;

function addresses(holder: string): Addresses {
  return {
    apiVersion: "kubelb.k8c.io/v1alpha1",
    kind: "Addresses",
    metadata: {
      name: "default",
      namespace: "tenant-acme",
      resourceVersion: String(++version),
      annotations: { [clusterUidAnnotation]: holder },
    },
    spec: {},
  };
}

const kubeSystem: Namespace = {
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: "kube-system", uid: "mine" },
};

Deno.test("a tenant is taken over once: who takes it from us then is not fought", async () => {
  const cache = new ObjectCache<Addresses>();
  cache.replace([addresses("theirs")], String(version));
  const clock = new FakeClock();
  const told: string[] = [];
  const watcher = new HoldWatcher({
    tenant: { get: () => Promise.resolve(kubeSystem) } as unknown as Pick<KubeClient, "get">,
    addresses: cache,
    addressesKey: "tenant-acme/default",
    takeOver: true,
    events: { event: (_object, _type, reason) => void told.push(reason) },
    clock,
    log: silentLogger,
  });
  using _changes = watcher.subscribe(() => told.push(watcher.hold.kind));
  const end = new AbortController();
  const running = watcher.run(end.signal);
  await clock.advance(0);
  assert.deepEqual(told, ["unclaimed"]);
  cache.set(addresses("mine"));
  cache.set(addresses("theirs"));
  assert.deepEqual(told, ["unclaimed", "held", "TenantHeld", "refused"]);
  end.abort();
  await running;
});
