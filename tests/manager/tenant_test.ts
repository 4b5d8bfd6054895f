/**
 * Tenants: what they get, what they can reach, how they end.
 *
 * @module
 */
import assert from "node:assert/strict";
import { parse } from "yaml";
import type { Secret } from "../../apis/core/v1.ts";
import type { Tenant, TenantState } from "../../apis/kubelb/v1alpha1/mod.ts";
import type { KubeObject, ResourceType } from "../../apis/meta/v1.ts";
import { configMaps, secrets, services } from "../../apis/core/v1.ts";
import {
  addresses,
  loadBalancers,
  routes,
  syncSecrets,
  tenants,
  tenantStates,
} from "../../apis/kubelb/v1alpha1/mod.ts";
import { silentLogger } from "../../base/logger.ts";
import { isApiError } from "../../kube/api_error.ts";
import { KubeClient } from "../../kube/client.ts";
import { loadKubeconfig } from "../../kube/cluster_config.ts";
import { AdminError, eventually } from "../harness/mod.ts";
import { type HubFixture, sharedHub } from "./hub_fixture.ts";

const kubelb = "/apis/kubelb.k8c.io/v1alpha1";
const shared = sharedHub({}, (hub) => hub.tenants("red", "blue"));

async function tenantClient(hub: HubFixture, tenant: string): Promise<KubeClient> {
  const path = `${hub.hub.plane.folder}/kubeconfigs/ccm-${tenant}.kubeconfig`;
  return new KubeClient(await loadKubeconfig(path), { name: tenant, log: silentLogger });
}

async function isAllowed(
  client: KubeClient,
  verb: string,
  group: string,
  resource: string,
  namespace: string,
  name = "",
): Promise<boolean> {
  const [plural, subresource = ""] = resource.split("/");
  const review = await client.request<{ status: { allowed: boolean } }>({
    method: "POST",
    path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
    body: {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      spec: {
        resourceAttributes: { verb, group, resource: plural, subresource, namespace, name },
      },
    },
  });
  return review.status.allowed;
}

const verbs = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];

/** All that a tenant may do in its own namespace; everything else is forbidden. */
const allowed = new Set([
  ...["loadbalancers", "routes", "addresses", "syncsecrets"].flatMap((resource) =>
    verbs.filter((verb) => verb !== "deletecollection").map((verb) => `${verb} ${resource}`)
  ),
  ...["get", "list", "watch"].map((verb) => `${verb} tenantstates`),
  "get tenantstates/status",
]);

Deno.test("a tenant's credentials reach its own objects and nothing else, verb by verb", async () => {
  const hub = shared();
  using client = await tenantClient(hub, "red");
  const own = ["loadbalancers", "routes", "addresses", "syncsecrets", "tenantstates"];
  const resources: [group: string, resource: string][] = [
    ...[...own, ...own.map((resource) => `${resource}/status`), "tenants", "configs"]
      .map((resource): [string, string] => ["kubelb.k8c.io", resource]),
    ["", "secrets"],
    ["", "services"],
    ["", "services/status"],
    ["", "configmaps"],
    ["", "serviceaccounts"],
    ["", "pods"],
    ["", "namespaces"],
    ["", "nodes"],
    ["rbac.authorization.k8s.io", "roles"],
    ["rbac.authorization.k8s.io", "rolebindings"],
    ["rbac.authorization.k8s.io", "clusterroles"],
    ["coordination.k8s.io", "leases"],
    ["events.k8s.io", "events"],
  ];
  const namespaces = ["tenant-red", "tenant-blue", "kubelb", "default", "kube-system", ""];
  for (const namespace of namespaces) {
    for (const [group, resource] of resources) {
      for (const verb of verbs) {
        const expected = namespace === "tenant-red" && group === "kubelb.k8c.io" &&
          allowed.has(`${verb} ${resource}`);
        const actual = await isAllowed(client, verb, group, resource, namespace);
        assert.equal(actual, expected, `${verb} ${group}/${resource} in "${namespace}"`);
      }
    }
  }
  const token = (namespace: string, name: string) =>
    isAllowed(client, "create", "", "serviceaccounts/token", namespace, name);
  assert.equal(await token("tenant-red", "kubelb-ccm"), true);
  assert.equal(await token("tenant-red", "default"), false);
  assert.equal(await token("tenant-blue", "kubelb-ccm"), false);
  assert.equal(await isAllowed(client, "*", "*", "*", ""), false);
});

Deno.test("real requests with a tenant's kubeconfig are answered as the reviews say", async () => {
  const hub = shared();
  using client = await tenantClient(hub, "blue");
  const forbidden = async (type: ResourceType<KubeObject>, namespace: string) => {
    await assert.rejects(
      client.list(type, { namespace }),
      (error) => isApiError(error, "Forbidden"),
    );
  };
  const own: ResourceType<KubeObject>[] = [
    loadBalancers,
    routes,
    addresses,
    syncSecrets,
    tenantStates,
  ];
  for (const type of own) {
    await client.list(type, { namespace: "tenant-blue" });
    await forbidden(type, "tenant-red");
  }
  for (const type of [secrets, services, configMaps]) await forbidden(type, "tenant-blue");
  await forbidden(tenants, "");
  const name = { namespace: "tenant-blue", name: "default" };
  const patch = { merge: { status: {} } };
  await assert.rejects(
    client.patch(addresses, name, patch, { subresource: "status" }),
    (error) => isApiError(error, "Forbidden"),
  );
});

Deno.test("a tenant's kubeconfig names the hub, its namespace, and upstream's contexts", async () => {
  const hub = shared();
  const secret = await hub.read<Secret>("/api/v1", "red", "secrets/kubelb-ccm-kubeconfig");
  const config = parse(atob(secret!.data!["kubelb"]!));
  assert.equal(config.clusters[0].cluster.server, hub.hub.plane.server);
  assert.equal(config.contexts[0].context.namespace, "tenant-red");
  const state = await hub.read<TenantState>(kubelb, "red", "tenantstates/default");
  assert.equal(state?.status?.version?.edition, "CE");
  const tenant = await hub.admin.request<Tenant>("GET", `${kubelb}/tenants/red`);
  assert.equal(tenant.status?.phase, "Ready");
  assert.equal(tenant.status?.conditions?.[0]?.status, "True");
});

Deno.test("what somebody else changes or deletes is put back", async () => {
  const hub = shared();
  const role = "/apis/rbac.authorization.k8s.io/v1/namespaces/tenant-red/roles/kubelb-ccm";
  const rulesOf = async () => (await hub.admin.request<{ rules: unknown[] }>("GET", role)).rules;
  const rules = await rulesOf();
  const wide = [{ apiGroups: [""], resources: ["secrets"], verbs: ["*"] }];
  await hub.admin.request("PATCH", role, { rules: wide }, "application/merge-patch+json");
  await eventually(async () => assert.deepEqual(await rulesOf(), rules) === undefined, {
    describe: "the Role to be as it was",
  });
  const account = "serviceaccounts/kubelb-ccm";
  await hub.admin.request("DELETE", `/api/v1/namespaces/tenant-red/${account}`);
  await eventually(() => hub.read("/api/v1", "red", account), { describe: "the account again" });
  const label = { metadata: { labels: { "kubelb.k8c.io/managed-by": null } } };
  const namespace = "/api/v1/namespaces/tenant-red";
  await hub.admin.request("PATCH", namespace, label, "application/merge-patch+json");
  await eventually(async () => {
    type Labelled = { metadata: { labels: Record<string, string> } };
    const { metadata } = await hub.admin.request<Labelled>("GET", namespace);
    return metadata.labels["kubelb.k8c.io/managed-by"] === "kubelb";
  }, { describe: "the label again" });
});

Deno.test("a tenant whose name makes no namespace is told so", async () => {
  const hub = shared();
  const name = "a".repeat(60);
  const path = `${kubelb}/tenants/${name}`;
  const apiVersion = "kubelb.k8c.io/v1alpha1";
  await hub.admin.apply(path, { apiVersion, kind: "Tenant", metadata: { name } });
  const tenant = await eventually(async () => {
    const found = await hub.admin.request<Tenant>("GET", path);
    return found.status?.phase === "Failed" && found;
  });
  assert.match(tenant.status?.conditions?.[0]?.message ?? "", /at most 56/);
  await hub.admin.request("DELETE", path);
});

Deno.test("a deleted tenant ends, whatever finalizers its objects carry, and leaves nothing", async () => {
  const hub = shared();
  await hub.tenants("gone");
  await hub.createLoadBalancer("gone", "web");
  const address = await hub.addressOf("gone", "web");
  const path = `${kubelb}/namespaces/tenant-gone/loadbalancers/web`;
  const stuck = { metadata: { finalizers: ["kubelb.k8c.io/cleanup", "example.com/stuck"] } };
  await hub.admin.request("PATCH", path, stuck, "application/merge-patch+json");
  await hub.admin.request("DELETE", `${kubelb}/tenants/gone`);
  const isGone = async (path: string) => {
    try {
      await hub.admin.request("GET", path);
      return false;
    } catch (error) {
      return error instanceof AdminError && error.status === 404;
    }
  };
  await eventually(() => isGone(`${kubelb}/tenants/gone`), {
    deadline: 30_000,
    describe: "the tenant to be gone",
  });
  assert.equal(await isGone("/api/v1/namespaces/tenant-gone"), true);
  await eventually(() =>
    Deno.connect({ hostname: address, port: 8080 }).then((connection) => {
      connection.close();
      return false;
    }, () => true), { describe: "the listener to be gone" });
});
