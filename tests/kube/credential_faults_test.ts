/**
 * Credentials that end while a watch goes on, at a real API server: tokens in files, and exec plugins
 * that print real ones. (Files that are replaced, two identities in one process: `client_test.ts`.)
 */
import assert from "node:assert/strict";
import { type ConfigMap, configMaps } from "../../apis/core/v1.ts";
import { Registry } from "../../base/metrics.ts";
import { loadKubeconfig } from "../../kube/cluster_config.ts";
import type { KubeClient } from "../../kube/client.ts";
import {
  eventually,
  FaultProxy,
  FaultTable,
  findBinary,
  Sandbox,
  sharedControlPlane,
  watches,
} from "../harness/mod.ts";
import { makeServiceAccount, shortToken } from "./service_account.ts";
import { clientOf, startInformer } from "./test_client.ts";

const plane = sharedControlPlane({ name: "credential-faults" });
const table = FaultTable.ofFile("credential");
const watch = watches("configmaps");

// client-node runs plugins by node:child_process, whose pipes it does not close.
const sanitizersOff = { sanitizeOps: false, sanitizeResources: false };

/** Who the API server says that a client is. */
async function whoami(client: KubeClient): Promise<string> {
  const answer = await client.request<{ status: { userInfo: { username: string } } }>({
    method: "POST",
    path: "/apis/authentication.k8s.io/v1/selfsubjectreviews",
    body: { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" },
  });
  return answer.status.userInfo.username;
}

/** Waits until the API server no longer accepts a token. */
async function refused(token: string): Promise<void> {
  using client = await clientOf(await plane().tokenKubeconfig(token));
  await eventually(async () => {
    return await whoami(client).then(() => false, ({ reason }) => reason === "Unauthorized");
  });
}

async function create(name: string): Promise<void> {
  using direct = await clientOf(plane().adminKubeconfig);
  await direct.create(configMaps, { metadata: { namespace: "default", name } });
}

Deno.test("a token that expired and was rotated in its file costs a watch nothing", async () => {
  await using sandbox = await Sandbox.create("token");
  await using proxy = await FaultProxy.start(plane());
  const account = await makeServiceAccount(plane(), "rotated");
  const first = await shortToken(plane(), account, 3);
  const tokenFile = await sandbox.write("token", first);
  using client = await clientOf(await proxy.kubeconfig({ tokenFile }));
  const metrics = new Registry();
  await using running = await startInformer(client, configMaps, { namespace: "default", metrics });
  await sandbox.write("token", await shortToken(plane(), account, 600));
  await refused(first);
  await proxy.strike(watch, { kind: "cut" });
  await create("after-rotation");
  const start = performance.now();
  await eventually(() => running.informer.cache.get("default/after-rotation"));
  table.survived("an expired token, rotated in time", 1, performance.now() - start);
  const refusals =
    proxy.requests.filter(({ headers }) => headers.get("authorization") === `Bearer ${first}`)
      .length;
  assert(refusals >= 2, "the old token was in use before and tried once more");
  assert.doesNotMatch(await metrics.metrics(), /reason="Unauthorized"/);
});

Deno.test("a token that expired and was not rotated is named, and its successor used", async () => {
  await using sandbox = await Sandbox.create("token");
  await using proxy = await FaultProxy.start(plane());
  const account = await makeServiceAccount(plane(), "late");
  const first = await shortToken(plane(), account, 3);
  const tokenFile = await sandbox.write("token", first);
  using client = await clientOf(await proxy.kubeconfig({ tokenFile }));
  await using running = await startInformer<ConfigMap>(client, configMaps, {
    namespace: "default",
  });
  const { informer } = running;
  await refused(first);
  await create("while-expired");
  await eventually(() => informer.cache.get("default/while-expired"), {
    describe: "the open watch to go on: a token is asked for once a request",
  });
  await proxy.strike(watch, { kind: "cut" });
  await eventually(() => informer.problem?.reason === "Unauthorized");
  assert.match(
    informer.problem!.message,
    /does not accept the credential \(expired or revoked\?\)/,
  );
  assert(informer.cache.get("default/while-expired"), "the last known state stays");
  await sandbox.write("token", await shortToken(plane(), account, 600));
  const start = performance.now();
  await eventually(() => informer.problem === undefined);
  table.survived("an expired token, rotated late", 1, performance.now() - start);
});

interface Plugin {
  /** A user's entry of a kubeconfig. */
  readonly user: Readonly<Record<string, unknown>>;
  /** How often it has been run. */
  runs(): Promise<number>;
}

/** A plugin that has kubectl issue a real token, and says that it is good for `seconds`. */
async function writePlugin(sandbox: Sandbox, account: string, seconds: number): Promise<Plugin> {
  const kubectl = await findBinary("kubectl");
  const log = sandbox.path("runs");
  const command = await sandbox.write(
    "plugin",
    `#!/bin/sh -e
echo run >>"${log}"
test ! -e "${sandbox.path("broken")}" || { echo "the identity provider is away" >&2; exit 1; }
test ! -e "${sandbox.path("hangs")}" || exec sleep 3
token=$("${kubectl}" --kubeconfig="${plane().adminKubeconfig}" create token ${account})
end=$(date -u -d "@$(($(date +%s) + ${seconds}))" +%Y-%m-%dT%H:%M:%SZ)
printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential",'
printf '"status":{"token":"%s","expirationTimestamp":"%s"}}' "$token" "$end"
`,
  );
  await Deno.chmod(command, 0o700);
  const exec = {
    apiVersion: "client.authentication.k8s.io/v1",
    command,
    interactiveMode: "Never",
  };
  const runs = async () => (await Deno.readTextFile(log)).trimEnd().split("\n").length;
  return { user: { exec }, runs };
}

Deno.test(
  "an exec plugin is run once, and again when its token's time is over",
  sanitizersOff,
  async () => {
    await using sandbox = await Sandbox.create("plugin");
    await using proxy = await FaultProxy.start(plane());
    await makeServiceAccount(plane(), "plugin");
    const plugin = await writePlugin(sandbox, "plugin", 3);
    using client = await clientOf(await proxy.kubeconfig(plugin.user));
    const users = await Promise.all(Array.from({ length: 10 }, () => whoami(client)));
    assert.deepEqual([...new Set(users)], ["system:serviceaccount:default:plugin"]);
    assert.equal(await plugin.runs(), 1);
    const start = performance.now();
    await eventually(async () => await whoami(client) !== "" && await plugin.runs() === 2);
    const renewed = performance.now() - start;
    const tokens = new Set(proxy.requests.map(({ headers }) => headers.get("authorization")));
    assert.equal(tokens.size, 2, "a new token was presented");
    table.survived("the end of an exec plugin's token (3 s)", 1, renewed);
  },
);

Deno.test(
  "a token that is revoked before its time: one run of the plugin serves all requests",
  sanitizersOff,
  async () => {
    await using sandbox = await Sandbox.create("plugin");
    await using proxy = await FaultProxy.start(plane());
    await makeServiceAccount(plane(), "revoked");
    const plugin = await writePlugin(sandbox, "revoked", 3600);
    using client = await clientOf(await proxy.kubeconfig(plugin.user));
    await whoami(client);
    // A namesake is somebody else: the API server refuses tokens of its predecessor.
    await plane().admin.request("DELETE", "/api/v1/namespaces/default/serviceaccounts/revoked");
    await makeServiceAccount(plane(), "revoked");
    const { headers } = proxy.requests.at(-1)!;
    await refused(headers.get("authorization")!.slice("Bearer ".length));
    const start = performance.now();
    const users = await Promise.all(Array.from({ length: 10 }, () => whoami(client)));
    assert.deepEqual([...new Set(users)], ["system:serviceaccount:default:revoked"]);
    assert(await plugin.runs() <= 3, `${await plugin.runs()} runs`);
    table.survived("a revoked token of an exec plugin", 1, performance.now() - start);
  },
);

Deno.test(
  "a plugin that fails or hangs is named, holds up nobody's end, and is used when it is well",
  sanitizersOff,
  async () => {
    await using sandbox = await Sandbox.create("plugin");
    await makeServiceAccount(plane(), "moody");
    await using proxy = await FaultProxy.start(plane());
    const plugin = await writePlugin(sandbox, "moody", 1);
    const kubeconfig = await proxy.kubeconfig(plugin.user);
    using client = await clientOf(kubeconfig, { timeout: 1_000 });
    await sandbox.write("broken", "");
    await assert.rejects(loadKubeconfig(kubeconfig), (error: Error) => {
      assert.match(error.message, /kubeconfig .*: the credential plugin of ".*" failed/);
      assert.match(String((error.cause as Error).message), /the identity provider is away/);
      return true;
    });
    await eventually(() =>
      whoami(client).then(() => false, ({ reason }) => reason === "Unreachable")
    );
    await Deno.remove(sandbox.path("broken"));
    const mended = performance.now();
    assert.equal(await whoami(client), "system:serviceaccount:default:moody");
    table.survived("an exec plugin that fails", 1, performance.now() - mended);
    await sandbox.write("hangs", "");
    await eventually(() => whoami(client).then(() => false, ({ reason }) => reason === "Timeout"));
    const running = await startInformer(client, configMaps, { wait: false });
    const start = performance.now();
    await running[Symbol.asyncDispose]();
    assert(performance.now() - start < 1_000, "the end does not wait for the plugin");
  },
);
