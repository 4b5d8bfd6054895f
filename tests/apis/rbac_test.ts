import assert from "node:assert/strict";
import {
  kubeconfigSecretOf,
  namespaceOf,
  roleBindingOf,
  roleOf,
  serviceAccountOf,
  tokenSecretOf,
} from "../../controllers/manager/tenant/artefacts.ts";
import { AdminClient, type ControlPlane, installCrds, sharedControlPlane } from "../harness/mod.ts";
import { type Access, groupsOf, isAllowed, takesEffect } from "./access.ts";
import { applyManifest, pathOf } from "./manifest.ts";

const manager = "kubelb:kubelb";
const ccm = "kubelb:kubelb-ccm";

const plane = sharedControlPlane({ name: "rbac" }, async (plane) => {
  await installCrds(plane);
  await applyManifest(plane.admin, "rbac/manager.yaml");
  await applyManifest(plane.admin, "rbac/ccm.yaml");
  await takesEffect(plane.admin, manager, managerMay, true);
  await takesEffect(plane.admin, ccm, ccmMay, true);
});

async function clientOf(plane: ControlPlane, account: string): Promise<AdminClient> {
  const { authority, server } = plane;
  const groups = groupsOf(account).slice(0, -1); // the API server adds system:authenticated itself
  const keys = await authority.issueClient(`system:serviceaccount:${account}`, groups);
  return new AdminClient(server, authority.certificate, keys);
}

Deno.test("with its ClusterRole the manager can make all that a tenant gets", async () => {
  using client = await clientOf(plane(), manager);
  const owner = { apiVersion: "kubelb.k8c.io/v1alpha1", kind: "Tenant", name: "acme", uid: "1-2" };
  const objects = [
    namespaceOf("acme", owner),
    serviceAccountOf("acme"),
    // Granting a right needs having it: this fails when the ClusterRole lacks one of the Role's.
    roleOf("acme"),
    roleBindingOf("acme"),
    tokenSecretOf("acme"),
    kubeconfigSecretOf("acme", "kubeconfig"),
  ];
  // Twice: creating and changing are authorized separately.
  for (const object of [...objects, ...objects]) await client.apply(pathOf(object), object);
  for (const object of objects.toReversed()) await client.request("DELETE", pathOf(object));
});

Deno.test("Envoys as pods take a ClusterRole of their own, and no more than it", async () => {
  const runtime: Access[] = [
    "list apps/deployments",
    "patch apps/deployments tenant-acme/envoy-tenant-acme",
    "watch core/secrets tenant-acme/kubelb-envoy",
    "patch core/secrets tenant-acme/kubelb-envoy",
  ];
  for (const access of runtime) {
    assert.equal(await isAllowed(plane().admin, manager, access), false);
  }
  await applyManifest(plane().admin, "rbac/kubernetes_runtime.yaml");
  try {
    await takesEffect(plane().admin, manager, runtime, true);
    for (const access of managerMayNot) {
      assert.equal(await isAllowed(plane().admin, manager, access), false, access);
    }
  } finally {
    const path = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/";
    await plane().admin.request("DELETE", `${path}kubelb-manager-kubernetes-runtime`);
    await takesEffect(plane().admin, manager, runtime, false);
  }
});

Deno.test("the manager can be the load-balancer implementation of a Service it made", async () => {
  using client = await clientOf(plane(), manager);
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "envoy-lb", namespace: "default" },
  };
  await client.apply(pathOf(service), {
    ...service,
    spec: {
      type: "LoadBalancer",
      loadBalancerClass: "kubelb.k8c.io/host",
      allocateLoadBalancerNodePorts: false,
      ports: [{ port: 80, targetPort: 10000 }],
    },
  });
  const status = { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } };
  await client.apply(`${pathOf(service)}/status`, { ...service, status });
});

const group = "kubelb.k8c.io";

const managerMay: Access[] = [
  ...["tenants", "configs"].map((kind) => `watch ${group}/${kind}`),
  `patch ${group}/tenants/status acme`,
  `update ${group}/tenants/finalizers acme`,
  `patch ${group}/loadbalancers/status tenant-acme/1-2-3`,
  `patch ${group}/configs/status kubelb/default`,
  `create ${group}/tenantstates tenant-acme/default`,
  "list core/namespaces",
  "list core/services",
  "list core/nodes",
  "list networking.k8s.io/servicecidrs",
  "list discovery.k8s.io/endpointslices default/",
  "get core/configmaps kube-public/cluster-info",
  "create events.k8s.io/events tenant-acme/",
  "patch events.k8s.io/events default/some.event",
  "create coordination.k8s.io/leases kubelb/",
  "update coordination.k8s.io/leases kubelb/19f32e7b.kubelb.k8c.io",
  "watch core/secrets tenant-acme/kubelb-ccm",
];

const managerMayNot: Access[] = [
  `create ${group}/tenants acme`,
  `delete ${group}/tenants acme`,
  `update ${group}/configs kubelb/default`,
  "list core/secrets",
  "list core/secrets kube-system/",
  "get core/secrets kube-system/bootstrap-token-abcdef",
  "create core/secrets kube-system/some-token",
  "create core/serviceaccounts kube-system/admin",
  "create core/serviceaccounts/token kube-system/default",
  "create core/serviceaccounts/token kube-system/",
  "create rbac.authorization.k8s.io/roles tenant-acme/admin",
  "create rbac.authorization.k8s.io/clusterroles admin",
  "create rbac.authorization.k8s.io/clusterrolebindings admin",
  "bind rbac.authorization.k8s.io/clusterroles cluster-admin",
  "escalate rbac.authorization.k8s.io/roles tenant-acme/kubelb-ccm",
  "impersonate core/users admin",
  "list core/pods",
  "create core/pods kubelb/pod",
  "create apps/daemonsets kubelb/any",
  "create core/pods/exec kubelb/pod",
  "patch core/nodes node-1",
  "list core/configmaps kube-public/",
  "get core/configmaps kube-system/kubeadm-config",
  "create coordination.k8s.io/leases kube-system/",
  "list events.k8s.io/events",
  "create apiextensions.k8s.io/customresourcedefinitions any",
];

const ccmMay: Access[] = [
  "watch core/services",
  "patch core/services shop/web",
  "patch core/services/status shop/web",
  "watch core/nodes",
  "get core/namespaces kube-system",
  "create events.k8s.io/events shop/",
  "create coordination.k8s.io/leases kubelb/",
  "update coordination.k8s.io/leases kubelb/19f32e7b.ccm.kubelb.k8c.io",
];

const ccmMayNot: Access[] = [
  "create core/services shop/web",
  "delete core/services shop/web",
  "list core/secrets",
  "get core/secrets shop/tls",
  "list core/namespaces",
  "get core/namespaces shop",
  "patch core/nodes node-1",
  "list core/pods",
  "create coordination.k8s.io/leases kube-system/",
  "create core/serviceaccounts/token kubelb/kubelb-ccm",
  "bind rbac.authorization.k8s.io/clusterroles cluster-admin",
];

const tables: [name: string, account: string, accesses: Access[], allowed: boolean][] = [
  ["the manager is allowed what it needs", manager, managerMay, true],
  ["the manager is refused what it does not need", manager, managerMayNot, false],
  ["in its own cluster the CCM is allowed what it needs", ccm, ccmMay, true],
  ["in its own cluster the CCM is refused what it does not need", ccm, ccmMayNot, false],
];

for (const [name, account, accesses, allowed] of tables) {
  Deno.test(name, async () => {
    for (const access of accesses) {
      assert.equal(await isAllowed(plane().admin, account, access), allowed, access);
    }
  });
}
