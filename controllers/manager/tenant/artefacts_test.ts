import assert from "node:assert/strict";
import { parse } from "yaml";
import {
  ccmRules,
  kubeconfigSecretOf,
  namespaceOf,
  roleBindingOf,
  roleOf,
  serviceAccountOf,
  tokenSecretOf,
} from "./artefacts.ts";
import { kubeconfigOf, tokenOf } from "./kubeconfig.ts";

const owner = { apiVersion: "kubelb.k8c.io/v1alpha1", kind: "Tenant", name: "acme", uid: "u" };

Deno.test("everything of a tenant is in its namespace and carries the managed-by label", () => {
  const objects = [
    serviceAccountOf("acme"),
    roleOf("acme"),
    roleBindingOf("acme"),
    tokenSecretOf("acme"),
    kubeconfigSecretOf("acme", "text"),
  ];
  for (const { metadata } of objects) {
    assert.equal(metadata.namespace, "tenant-acme");
    assert.deepEqual(metadata.labels, { "kubelb.k8c.io/managed-by": "kubelb" });
  }
  assert.deepEqual(namespaceOf("acme", owner).metadata, {
    name: "tenant-acme",
    labels: { "kubelb.k8c.io/managed-by": "kubelb" },
    ownerReferences: [owner],
  });
});

Deno.test("a tenant can write no status and touch nothing but its own objects and its own token", () => {
  for (const { apiGroups, resources, resourceNames, verbs } of ccmRules) {
    for (const resource of resources ?? []) {
      if (resource.endsWith("/status")) assert.deepEqual(verbs, ["get"]);
    }
    if (apiGroups?.includes("kubelb.k8c.io")) continue;
    assert.deepEqual({ apiGroups, resources, resourceNames, verbs }, {
      apiGroups: [""],
      resources: ["serviceaccounts/token"],
      resourceNames: ["kubelb-ccm"],
      verbs: ["create"],
    });
  }
});

Deno.test("the binding gives the role to the ServiceAccount of the same namespace only", () => {
  const { subjects, roleRef } = roleBindingOf("acme");
  assert.deepEqual(subjects, [
    { kind: "ServiceAccount", name: "kubelb-ccm", namespace: "tenant-acme" },
  ]);
  assert.equal(roleRef.kind, "Role");
});

Deno.test("the kubeconfig names cluster, user and context as upstream does", () => {
  const text = kubeconfigOf({
    server: "https://hub:6443",
    certificateAuthorityData: "Q0E=",
    token: "secret",
    namespace: "tenant-acme",
  });
  const config = parse(text);
  assert.equal(config["current-context"], "default-context");
  assert.deepEqual(config.contexts[0].context, {
    cluster: "kubelb-cluster",
    namespace: "tenant-acme",
    user: "default-user",
  });
  assert.equal(config.clusters[0].cluster.server, "https://hub:6443");
  assert.equal(config.clusters[0].cluster["certificate-authority-data"], "Q0E=");
  assert.equal(config.users[0].user.token, "secret");
  assert.equal(atob(kubeconfigSecretOf("acme", text).data!["kubelb"]!), text);
});

Deno.test("a token Secret that is not filled yet has no token", () => {
  const secret = tokenSecretOf("acme");
  assert.equal(tokenOf(undefined), undefined);
  assert.equal(tokenOf(secret), undefined);
  assert.equal(tokenOf({ ...secret, data: { "ca.crt": "Q0E=" } }), undefined);
  assert.deepEqual(tokenOf({ ...secret, data: { "ca.crt": "Q0E=", token: btoa("secret") } }), {
    token: "secret",
    certificateAuthorityData: "Q0E=",
  });
});
