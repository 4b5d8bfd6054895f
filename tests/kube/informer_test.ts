import assert from "node:assert/strict";
import { type ConfigMap, configMaps, secrets } from "../../apis/core/v1.ts";
import { type KubeObject, resourceType } from "../../apis/meta/v1.ts";
import type { ObjectCache } from "../../kube/object_cache.ts";
import { eventually, sharedControlPlane } from "../harness/mod.ts";
import { clientOf, startInformer } from "./test_client.ts";

const plane = sharedControlPlane({ name: "informer" });
const namespace = "default";
const widgets = resourceType<KubeObject>("test.kubelb.k8c.io", "v1", "Widget", "widgets", true);

function dataOf(cache: ObjectCache<ConfigMap>, name: string): string | undefined {
  return cache.get(`${namespace}/${name}`)?.data?.["v"];
}

Deno.test("an informer follows creations, changes and deletions", async () => {
  using client = await clientOf(plane().adminKubeconfig);
  await using running = await startInformer(client, configMaps, {
    namespace,
    labelSelector: "app=followed",
  });
  const { cache } = running.informer;
  const seen: string[] = [];
  cache.subscribe(({ type, object }) => seen.push(`${type} ${object.metadata.name}`));
  const labels = { app: "followed" };
  const metadata = { namespace, name: "a", labels };
  await client.create(configMaps, { metadata });
  await client.create(configMaps, { metadata: { namespace, name: "unrelated" } });
  await client.patch(configMaps, metadata, { merge: { data: { v: "1" } } });
  await eventually(() => dataOf(cache, "a") === "1");
  // Leaving the selection is a deletion as well.
  await client.patch(configMaps, metadata, { merge: { metadata: { labels: { app: null } } } });
  await eventually(() => cache.size === 0);
  assert.deepEqual(seen, ["added a", "updated a", "deleted a"]);
});

Deno.test("what we write we read at once", async () => {
  using client = await clientOf(plane().adminKubeconfig);
  await using running = await startInformer(client, configMaps, { namespace });
  const { cache } = running.informer;
  for (let turn = 0; turn < 50; turn++) {
    const data = { v: String(turn) };
    const applied = await client.apply(configMaps, { metadata: { namespace, name: "own" }, data }, {
      fieldManager: "kubelb-test",
    });
    cache.observe(applied);
    assert.equal(dataOf(cache, "own"), String(turn));
  }
  await client.delete(configMaps, { namespace, name: "own" });
  await eventually(() => dataOf(cache, "own") === undefined);
});

Deno.test("a kind whose definition is missing is named, and listed once it is installed", async () => {
  using client = await clientOf(plane().adminKubeconfig);
  await using running = await startInformer(client, widgets, { wait: false });
  const { informer } = running;
  await eventually(() => informer.problem?.reason === "ResourceMissing");
  assert.match(informer.problem!.message, /widgets\.test\.kubelb\.k8c\.io/);
  assert.match(informer.problem!.message, /kubectl apply -f manifests\/crds/);
  const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.test.kubelb.k8c.io";
  await plane().admin.apply(path, {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "widgets.test.kubelb.k8c.io" },
    spec: {
      group: "test.kubelb.k8c.io",
      scope: "Namespaced",
      names: { kind: "Widget", plural: "widgets", singular: "widget", listKind: "WidgetList" },
      versions: [{
        name: "v1",
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
        },
      }],
    },
  });
  await eventually(() => informer.cache.synced, { deadline: 20_000 });
  await eventually(async () => {
    await client.apply(widgets, { metadata: { namespace, name: "w" } }, { fieldManager: "test" });
    return true;
  });
  await eventually(() => informer.cache.get(`${namespace}/w`));
  assert.equal(informer.problem, undefined);
  // And when the definition goes, its objects go first; the informer waits for it to come back.
  await plane().admin.request("DELETE", path);
  await eventually(() => informer.cache.size === 0, { deadline: 20_000 });
  await eventually(() => informer.problem?.reason === "ResourceMissing", { deadline: 20_000 });
});

Deno.test("missing permission is named, and used as soon as it is granted", async () => {
  using client = await clientOf(await plane().kubeconfig({ user: "jane" }));
  await using running = await startInformer(client, secrets, { namespace, wait: false });
  const { informer } = running;
  await eventually(() => informer.problem?.reason === "Forbidden");
  assert.match(
    informer.problem!.message,
    /missing permission: watch secrets in namespace "default"/,
  );
  assert.match(informer.problem!.message, /jane/);
  const rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/default";
  await plane().admin.apply(`${rbac}/roles/reader`, {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata: { name: "reader" },
    rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["list", "watch"] }],
  });
  await plane().admin.apply(`${rbac}/rolebindings/reader`, {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: { name: "reader" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "reader" },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "jane" }],
  });
  await eventually(() => informer.cache.synced, { deadline: 20_000 });
  assert.equal(informer.problem, undefined);
});
