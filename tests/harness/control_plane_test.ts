import assert from "node:assert/strict";
import { AdminError, eventually, findBinary } from "./mod.ts";
import { sharedControlPlane } from "./shared_control_plane.ts";

interface List {
  items: { metadata: { name: string } }[];
}

const plane = sharedControlPlane({ name: "harness", controllerManager: true });
const configMaps = "/api/v1/namespaces/default/configmaps";

async function kubectl(kubeconfig: string, ...args: string[]): Promise<string> {
  const command = new Deno.Command(await findBinary("kubectl"), {
    args: [`--kubeconfig=${kubeconfig}`, ...args],
  });
  const { stdout, stderr } = await command.output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

Deno.test("a kubeconfig speaks as the user and groups it was made for", async () => {
  const kubeconfig = await plane().kubeconfig({ user: "alice", groups: ["developers", "testers"] });
  const answer = await kubectl(kubeconfig, "auth", "whoami");
  assert.match(answer, /Username\s+alice/);
  assert.match(answer, /\[developers testers system:authenticated\]/);
});

Deno.test("role-based access control is on", async () => {
  const kubeconfig = await plane().kubeconfig({ user: "mallory" });
  assert.match(await kubectl(kubeconfig, "get", "secrets"), /Forbidden.*User "mallory"/);
});

Deno.test("an expired certificate is refused", async () => {
  const kubeconfig = await plane().kubeconfig({ user: "late", lifetime: -1000 });
  assert.match(await kubectl(kubeconfig, "auth", "whoami"), /logged in|Unauthorized/);
});

Deno.test("errors carry the status and message of the API server", async () => {
  const missing = plane().admin.request("GET", `${configMaps}/missing`);
  await assert.rejects(missing, (error) => {
    assert(error instanceof AdminError);
    assert.equal(error.status, 404);
    assert.equal(error.message, 'configmaps "missing" not found');
    return true;
  });
});

// The shared plane's processes are older than the test, which ends them and starts others: the
// sanitizers would call both a leak.
const sanitizersOff = { sanitizeOps: false, sanitizeResources: false };

Deno.test("objects survive kill -9 of etcd and the API server", sanitizersOff, async () => {
  await plane().admin.apply(`${configMaps}/kept`, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "kept" },
  });
  await plane().kill("etcd");
  await plane().kill("kube-apiserver");
  await plane().restart("etcd");
  await plane().restart("kube-apiserver");
  const { items } = await plane().admin.request<List>("GET", configMaps);
  assert(items.some(({ metadata }) => metadata.name === "kept"));
});

Deno.test("the controller manager empties and removes a namespace", async () => {
  await plane().admin.apply("/api/v1/namespaces/short", {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "short" },
  });
  await plane().admin.request("DELETE", "/api/v1/namespaces/short");
  await eventually(async () => {
    const { items } = await plane().admin.request<List>("GET", "/api/v1/namespaces");
    return !items.some(({ metadata }) => metadata.name === "short");
  }, { describe: "the namespace to go", deadline: 20_000 });
});
