/** Tokens of Envoys, real ones, before a real API server, asked with the manager's own permissions. */
import assert from "node:assert/strict";
import { systemClock } from "../../base/clock.ts";
import {
  TokenReviewer,
  type TokenVerdict,
} from "../../controllers/manager/identity/token_reviewer.ts";
import { installCrds } from "../../tools/cluster/custom_resources.ts";
import { applyManifest, applyObject } from "../../tools/cluster/manifest.ts";
import {
  serviceAccountKubeconfig,
  serviceAccountToken,
} from "../../tools/installation/service_account.ts";
import { takesEffect } from "../apis/access.ts";
import { eventually, sharedControlPlane } from "../harness/mod.ts";
import { clientOf } from "../kube/test_client.ts";

const plane = sharedControlPlane({ name: "token-reviews" }, async (plane) => {
  await installCrds(plane);
  await applyManifest(plane.admin, new URL("../../manifests/rbac/manager.yaml", import.meta.url));
  for (const namespace of ["tenant-a", "tenant-b"]) {
    const apiVersion = "v1";
    await applyObject(plane.admin, {
      apiVersion,
      kind: "Namespace",
      metadata: { name: namespace },
    });
    for (const name of ["kubelb-envoy", "kubelb-ccm"]) {
      const metadata = { name, namespace };
      await applyObject(plane.admin, { apiVersion, kind: "ServiceAccount", metadata });
    }
  }
  const review = "create authentication.k8s.io/tokenreviews";
  await takesEffect(plane.admin, "kubelb:kubelb", [review], true);
});

/** What a manager with the permissions of its role makes of a token. */
async function verdict(token: string): Promise<TokenVerdict> {
  using client = await clientOf(await serviceAccountKubeconfig(plane(), "kubelb", "kubelb"));
  const options = { client, serviceAccount: "kubelb-envoy", clock: systemClock };
  return await new TokenReviewer(options).review(token);
}

const audiences = ["kubelb-xds"];

Deno.test("the token of a fleet's Envoy proves that fleet, until the token expires", async () => {
  const token = await serviceAccountToken(plane(), "tenant-a", "kubelb-envoy", { audiences });
  const found = await verdict(token);
  assert.ok("identity" in found, JSON.stringify(found));
  assert.equal(found.identity.fleet, "tenant-a");
  const hours = (found.identity.until - Date.now()) / 3_600_000;
  assert.ok(hours > 0.9 && hours <= 1.01, `${hours} hours`);
});

const strangers: Record<string, () => Promise<string>> = {
  "a token for the API server": () => serviceAccountToken(plane(), "tenant-a", "kubelb-envoy"),
  "a token for somebody else": () =>
    serviceAccountToken(plane(), "tenant-a", "kubelb-envoy", { audiences: ["somebody-else"] }),
  "the CCM's token": () => serviceAccountToken(plane(), "tenant-a", "kubelb-ccm", { audiences }),
  "nonsense": () => Promise.resolve("nonsense"),
  "a token with a changed signature": async () =>
    `${
      (await serviceAccountToken(plane(), "tenant-a", "kubelb-envoy", { audiences })).slice(0, -8)
    }AAAAAAAA`,
};

for (const [what, token] of Object.entries(strangers)) {
  Deno.test(`${what} proves nothing`, async () => {
    assert.ok("refused" in await verdict(await token()));
  });
}

Deno.test("the token of a ServiceAccount that was deleted proves nothing any more", async () => {
  const token = await serviceAccountToken(plane(), "tenant-b", "kubelb-envoy", { audiences });
  assert.ok("identity" in await verdict(token));
  const path = "/api/v1/namespaces/tenant-b/serviceaccounts/kubelb-envoy";
  await plane().admin.request("DELETE", path);
  // API servers remember for ten seconds whom they have let in.
  await eventually(async () => "refused" in await verdict(token), {
    deadline: 30_000,
    describe: "the token to be refused",
  });
});
