/**
 * Short-lived tokens of a ServiceAccount, from a real API server.
 *
 * @module
 */
import assert from "node:assert/strict";
import { secrets } from "../../apis/core/v1.ts";
import { systemClock } from "../../base/clock.ts";
import { silentLogger } from "../../base/logger.ts";
import { isApiError } from "../../kube/api_error.ts";
import { KubeClient } from "../../kube/client.ts";
import { loadKubeconfig } from "../../kube/cluster_config.ts";
import { requestToken } from "../../kube/service_account_token.ts";
import { shortLivedCredential } from "../../kube/short_lived_credential.ts";
import { applyObject } from "../../tools/cluster/manifest.ts";
import { eventually, sharedControlPlane } from "../harness/mod.ts";
import { clientOf } from "./test_client.ts";

// The controller manager fills the Secrets.
const plane = sharedControlPlane({ name: "tokens", controllerManager: true });
const namespace = "default";

/** A ServiceAccount with a token in a Secret of its name, as a tenant's CCM has it. */
async function account(name: string, mayRenew: boolean): Promise<string> {
  const rbac = { apiVersion: "rbac.authorization.k8s.io/v1" };
  const role = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name };
  const metadata = { name, namespace };
  const annotations = { "kubernetes.io/service-account.name": name };
  const rule = {
    apiGroups: [""],
    resources: ["serviceaccounts/token"],
    resourceNames: [name],
    verbs: ["create"],
  };
  for (
    const object of [
      { apiVersion: "v1", kind: "ServiceAccount", metadata },
      { ...rbac, kind: "Role", metadata, rules: mayRenew ? [rule] : [] },
      {
        ...rbac,
        kind: "RoleBinding",
        metadata,
        roleRef: role,
        subjects: [{ kind: "ServiceAccount", name, namespace }],
      },
      {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { ...metadata, annotations },
        type: "kubernetes.io/service-account-token",
      },
    ]
  ) await applyObject(plane().admin, object);
  using admin = await clientOf(plane().adminKubeconfig);
  const token = await eventually(async () => (await admin.get(secrets, metadata))?.data?.["token"]);
  return await plane().tokenKubeconfig(atob(token));
}

/** A client with short-lived tokens; `issued` counts those that it got. */
async function shortLivedClient(kubeconfig: string) {
  const config = await loadKubeconfig(kubeconfig);
  const common = { name: "test", log: silentLogger };
  const issuer = new KubeClient(config, common);
  let issued = 0;
  const credential = shortLivedCredential({
    base: config.credential,
    issue: async (claims) => {
      const token = await requestToken(issuer, claims);
      assert.equal(token.lifetime, 3_600_000);
      issued++;
      return token;
    },
    log: silentLogger,
    clock: systemClock,
    random: Math.random,
  });
  const client = new KubeClient({ ...config, credential }, common);
  return {
    client,
    issued: () => issued,
    [Symbol.dispose]() {
      client[Symbol.dispose]();
      issuer[Symbol.dispose]();
    },
  };
}

/** Who the server takes us for; an issued token has an id of its own. */
async function whoAmI(client: KubeClient): Promise<{ username: string; issued: boolean }> {
  const { status: { userInfo: { username, extra } } } = await client.request<{
    status: { userInfo: { username: string; extra?: Record<string, string[]> } };
  }>({
    method: "POST",
    path: "/apis/authentication.k8s.io/v1/selfsubjectreviews",
    body: { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" },
  });
  return { username, issued: "authentication.kubernetes.io/credential-id" in (extra ?? {}) };
}

Deno.test("a ServiceAccount presents tokens of an hour, which die with its Secret", async () => {
  using fixture = await shortLivedClient(await account("renewing", true));
  const username = `system:serviceaccount:${namespace}:renewing`;
  assert.deepEqual(await whoAmI(fixture.client), { username, issued: false });
  await eventually(async () => (await whoAmI(fixture.client)).issued);
  assert.equal(fixture.issued(), 1);

  using admin = await clientOf(plane().adminKubeconfig);
  await admin.delete(secrets, { namespace, name: "renewing" });
  await eventually(
    () => whoAmI(fixture.client).then(() => false, (error) => isApiError(error, "Unauthorized")),
    { deadline: 30_000, describe: "both tokens to be refused" },
  );
});

Deno.test("where no token may be asked for the credential is used as it is", async () => {
  using fixture = await shortLivedClient(await account("plain", false));
  for (let request = 0; request < 5; request++) {
    const { username } = await whoAmI(fixture.client);
    assert.equal(username, `system:serviceaccount:${namespace}:plain`);
  }
  assert.equal(fixture.issued(), 0);
});
