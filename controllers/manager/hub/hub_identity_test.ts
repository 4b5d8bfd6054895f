import assert from "node:assert/strict";
import { silentLogger } from "../../../base/logger.ts";
import type { KubeClient } from "../../../kube/client.ts";
import { hubIdentity } from "./hub_identity.ts";

Deno.test("the hub is asked who it is until it has answered once", async () => {
  let reachable = false;
  let asked = 0;
  const get = async () => {
    asked++;
    if (!reachable) throw new Error("nobody there");
    return { metadata: { name: "kube-system", uid: "8c1f" } };
  };
  const hub = hubIdentity({ get } as unknown as Pick<KubeClient, "get">, silentLogger);
  assert.equal(await hub(), undefined);
  reachable = true;
  assert.deepEqual(await Promise.all([hub(), hub()]), ["8c1f", "8c1f"]);
  reachable = false;
  assert.equal(await hub(), "8c1f");
  assert.equal(asked, 2);
});

Deno.test("a hub that has no kube-system yet is asked again", async () => {
  let made = false;
  const get = async () => made ? { metadata: { name: "kube-system", uid: "8c1f" } } : undefined;
  const hub = hubIdentity({ get } as unknown as Pick<KubeClient, "get">, silentLogger);
  assert.equal(await hub(), undefined);
  made = true;
  assert.equal(await hub(), "8c1f");
});
