import assert from "node:assert/strict";
import { configMaps, namespaces, secrets, services } from "../../apis/core/v1.ts";
import { Registry } from "../../base/metrics.ts";
import { type ApiError, isApiError } from "../../kube/api_error.ts";
import { addFinalizer, removeFinalizer } from "../../kube/finalizer.ts";
import { applyStatus } from "../../kube/status.ts";
import { eventually, freePort, sharedControlPlane } from "../harness/mod.ts";
import { clientOf } from "./test_client.ts";

const plane = sharedControlPlane({ name: "client" });
const namespace = "default";

Deno.test("objects are created, read, updated, patched, listed and deleted", async () => {
  using client = await clientOf(plane().adminKubeconfig);
  const name = { namespace, name: "life" };
  assert.equal(await client.get(configMaps, name), undefined);
  const created = await client.create(configMaps, { metadata: name, data: { a: "1" } });
  assert.equal(created.kind, "ConfigMap");
  const updated = await client.update(configMaps, { ...created, data: { a: "2" } });
  assert.deepEqual(updated.data, { a: "2" });
  const merged = await client.patch(configMaps, name, { merge: { data: { b: "3", a: null } } });
  assert.deepEqual(merged.data, { b: "3" });
  const json = [{ op: "add", path: "/data/c", value: "4" }];
  assert.deepEqual((await client.patch(configMaps, name, { json })).data, { b: "3", c: "4" });
  const { items, resourceVersion } = await client.list(configMaps, {
    namespace,
    fieldSelector: "metadata.name=life",
  });
  assert.equal(items.length, 1);
  assert.equal(items[0]?.kind, "ConfigMap");
  assert.match(resourceVersion, /^\d+$/);
  assert.equal(await client.delete(configMaps, name), true);
  assert.equal(await client.delete(configMaps, name), false);
});

Deno.test("an update from an old version is a conflict, a second create already exists", async () => {
  using client = await clientOf(plane().adminKubeconfig);
  const metadata = { namespace, name: "conflict" };
  const old = await client.create(configMaps, { metadata });
  await client.update(configMaps, { ...old, data: { a: "1" } });
  const late = client.update(configMaps, { ...old, data: { a: "2" } });
  await assert.rejects(late, (error) => isApiError(error, "Conflict"));
  const again = client.create(configMaps, { metadata });
  await assert.rejects(again, (error) => isApiError(error, "AlreadyExists"));
});

Deno.test("a deletion with the uid of a predecessor is refused", async () => {
  using client = await clientOf(plane().adminKubeconfig);
  const metadata = { namespace, name: "uid" };
  await client.create(configMaps, { metadata });
  const deletion = client.delete(configMaps, metadata, {
    uid: "00000000-0000-0000-0000-000000000000",
  });
  await assert.rejects(deletion, (error) => isApiError(error, "Conflict"));
});

Deno.test("server-side apply owns what it sends and prunes what it no longer sends", async () => {
  using client = await clientOf(plane().adminKubeconfig);
  const metadata = { namespace, name: "applied" };
  const options = { fieldManager: "kubelb-test" };
  await client.apply(configMaps, { metadata, data: { a: "1", b: "2" } }, options);
  await client.patch(configMaps, metadata, { merge: { data: { other: "kept" } } });
  const after = await client.apply(configMaps, { metadata, data: { a: "1" } }, options);
  assert.deepEqual(after.data, { a: "1", other: "kept" });
  const same = await client.apply(configMaps, { metadata, data: { a: "1" } }, options);
  assert.equal(
    same.metadata.resourceVersion,
    after.metadata.resourceVersion,
    "no change, no write",
  );
});

Deno.test("lists come in pages", async () => {
  using client = await clientOf(plane().adminKubeconfig);
  const labels = { paged: "yes" };
  for (const name of ["p1", "p2", "p3"]) {
    await client.create(configMaps, { metadata: { namespace, name, labels } });
  }
  const first = await client.list(configMaps, { labelSelector: "paged=yes", limit: 2 });
  assert.equal(first.items.length, 2);
  assert(first.continue);
  const second = await client.list(configMaps, {
    labelSelector: "paged=yes",
    limit: 2,
    continue: first.continue,
  });
  assert.deepEqual(second.items.map(({ metadata }) => metadata.name), ["p3"]);
  assert.equal(second.continue, undefined);
});

Deno.test("status is written once: nothing changed, no write", async () => {
  const registry = new Registry();
  using client = await clientOf(plane().adminKubeconfig, { metrics: registry });
  const service = await client.create(services, {
    metadata: { namespace, name: "status" },
    spec: { type: "LoadBalancer", ports: [{ port: 80 }] },
  });
  const options = { fieldManager: "kubelb-test", shared: true };
  const status = { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } };
  const written = await applyStatus(client, services, service, status, options);
  assert.equal(written.status?.loadBalancer?.ingress?.[0]?.ip, "192.0.2.1");
  const before = await patches(registry);
  const again = await applyStatus(client, services, written, status, options);
  assert.equal(again, written);
  assert.equal(await patches(registry), before);
  const cleared = await applyStatus(client, services, written, { loadBalancer: {} }, options);
  assert.equal(cleared.status?.loadBalancer?.ingress, undefined);
});

async function patches(registry: Registry): Promise<number> {
  const metric = await registry.getSingleMetric("rest_client_requests_total")!.get();
  return metric.values.filter(({ labels }) => labels["method"] === "PATCH")
    .reduce((sum, { value }) => sum + value, 0);
}

Deno.test("the status of an object created anew under the same name is left alone", async () => {
  using client = await clientOf(plane().adminKubeconfig);
  const metadata = { namespace, name: "reborn" };
  const spec = { type: "LoadBalancer" as const, ports: [{ port: 80 }] };
  const before = await client.create(services, { metadata, spec });
  await client.delete(services, metadata);
  await client.create(services, { metadata, spec });
  const status = { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } };
  const write = applyStatus(client, services, before, status, { fieldManager: "kubelb-test" });
  await assert.rejects(write, (error) => isApiError(error, "Conflict"));
});

Deno.test("a finalizer holds an object until it is taken off", async () => {
  using client = await clientOf(plane().adminKubeconfig);
  const metadata = { namespace, name: "held" };
  const object = await client.create(configMaps, { metadata });
  const held = await addFinalizer(client, configMaps, object, "kubelb.k8c.io/test");
  assert.equal(await addFinalizer(client, configMaps, held, "kubelb.k8c.io/test"), held);
  const stale = removeFinalizer(client, configMaps, {
    ...object,
    metadata: {
      ...object.metadata,
      finalizers: ["kubelb.k8c.io/test"],
    },
  }, "kubelb.k8c.io/test");
  await assert.rejects(stale, (error) => isApiError(error, "Conflict"));
  await client.delete(configMaps, metadata);
  const deleting = await client.get(configMaps, metadata);
  assert(deleting?.metadata.deletionTimestamp);
  assert.equal(
    await removeFinalizer(client, configMaps, deleting, "kubelb.k8c.io/test"),
    undefined,
  );
  assert.equal(await client.get(configMaps, metadata), undefined);
  assert.equal(
    await removeFinalizer(client, configMaps, deleting, "kubelb.k8c.io/test"),
    undefined,
    "gone already",
  );
});

Deno.test("missing permission names verb, resource, namespace and user", async () => {
  using client = await clientOf(await plane().kubeconfig({ user: "jane" }));
  await assert.rejects(client.list(secrets, { namespace: "kube-system" }), (error: ApiError) => {
    assert.equal(error.reason, "Forbidden");
    assert.match(error.message, /missing permission: list secrets in namespace "kube-system"/);
    assert.match(error.message, /User "jane"/);
    return true;
  });
});

Deno.test("two clients in one process keep their identities apart", async () => {
  using admin = await clientOf(plane().adminKubeconfig, { name: "hub" });
  using jane = await clientOf(await plane().kubeconfig({ user: "jane" }), { name: "tenant" });
  const review = async (client: typeof admin) => {
    const answer = await client.request<{ status: { userInfo: { username: string } } }>({
      method: "POST",
      path: "/apis/authentication.k8s.io/v1/selfsubjectreviews",
      body: { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" },
    });
    return answer.status.userInfo.username;
  };
  const names = await Promise.all([admin, jane, admin, jane, jane, admin].map(review));
  assert.deepEqual(names, ["admin", "jane", "admin", "jane", "jane", "admin"]);
});

Deno.test("a namespace that does not exist is told from a kind that is not served", async () => {
  using client = await clientOf(plane().adminKubeconfig);
  const homeless = client.create(configMaps, { metadata: { namespace: "nowhere", name: "x" } });
  await assert.rejects(homeless, (error: ApiError) => {
    assert.equal(error.reason, "NamespaceGone");
    assert.match(error.message, /namespaces "nowhere" not found/);
    return true;
  });
  const unknown = {
    group: "kubelb.k8c.io",
    version: "v1alpha1",
    kind: "X",
    plural: "xs",
    namespaced: true,
  };
  for (const type of [unknown, { ...unknown, group: "apps", version: "v1" }]) {
    await assert.rejects(client.list(type), (error: ApiError) => {
      assert.equal(error.reason, "ResourceMissing");
      assert.match(error.message, /kubectl apply -f manifests\/crds/);
      return true;
    });
  }
});

Deno.test("an invalid object is refused with the server's own words", async () => {
  using client = await clientOf(plane().adminKubeconfig);
  const bad = client.create(namespaces, { metadata: { name: "Not_A_Name" } });
  await assert.rejects(bad, (error: ApiError) => {
    assert.equal(error.reason, "Invalid");
    assert.match(error.message, /RFC 1123/);
    return true;
  });
});

Deno.test("a service account's token from a file is read again when it rotates", async () => {
  using admin = await clientOf(plane().adminKubeconfig);
  const folder = await Deno.makeTempDir();
  try {
    const account = { namespace, name: "rotating" };
    await admin.request({
      method: "POST",
      path: "/api/v1/namespaces/default/serviceaccounts",
      body: { apiVersion: "v1", kind: "ServiceAccount", metadata: account },
    });
    await Deno.writeTextFile(`${folder}/token`, "this token is not valid");
    const kubeconfig = await withTokenFile(plane().adminKubeconfig, folder);
    using client = await clientOf(kubeconfig);
    const refused = client.get(namespaces, { name: "default" });
    await assert.rejects(refused, (error) => isApiError(error, "Unauthorized"));
    const { status } = await admin.request<{ status: { token: string } }>({
      method: "POST",
      path: "/api/v1/namespaces/default/serviceaccounts/rotating/token",
      body: { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} },
    });
    await Deno.writeTextFile(`${folder}/token`, status.token);
    const known = client.get(namespaces, { name: "default" });
    await assert.rejects(known, (error: ApiError) => {
      assert.equal(error.reason, "Forbidden");
      assert.match(error.message, /system:serviceaccount:default:rotating/);
      return true;
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** The same cluster, but the user is whoever the file `token` beside it says. */
async function withTokenFile(kubeconfig: string, folder: string): Promise<string> {
  const { parse, stringify } = await import("yaml");
  const file = parse(await Deno.readTextFile(kubeconfig));
  file.users = file.users.map((user: { name: string }) => ({
    name: user.name,
    user: { tokenFile: "token" },
  }));
  await Deno.writeTextFile(`${folder}/config`, stringify(file));
  return `${folder}/config`;
}

Deno.test("a kubeconfig that is replaced on disk takes effect without a restart", async () => {
  using admin = await clientOf(plane().adminKubeconfig);
  const path = await plane().tokenKubeconfig("revoked");
  using client = await clientOf(path);
  const refused = client.get(namespaces, { name: "default" });
  await assert.rejects(refused, (error) => isApiError(error, "Unauthorized"));
  await Deno.copyFile(plane().adminKubeconfig, path);
  const { resourceVersion } = await admin.list(namespaces);
  assert(resourceVersion);
  assert.equal((await client.get(namespaces, { name: "default" }))?.metadata.name, "default");
});

Deno.test("a server that is not there is unreachable, and the message says where", async () => {
  const path = await plane().tokenKubeconfig("x");
  const text = (await Deno.readTextFile(path)).replace(
    /https:\/\/127.0.0.1:\d+/,
    `https://127.0.0.1:${freePort()}`,
  );
  await Deno.writeTextFile(path, text);
  using client = await clientOf(path);
  await assert.rejects(client.list(namespaces), (error: ApiError) => {
    assert.equal(error.reason, "Unreachable");
    assert.match(error.message, /cannot reach https:\/\/127\.0\.0\.1:\d+: .*refused/);
    return true;
  });
});

Deno.test("requests end with the caller's signal", async () => {
  using client = await clientOf(plane().adminKubeconfig);
  const stop = new AbortController();
  stop.abort(new Error("enough"));
  await assert.rejects(client.list(namespaces, { signal: stop.signal }), /enough/);
  await eventually(async () => (await client.list(namespaces)).items.length > 0);
});
