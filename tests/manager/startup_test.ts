/**
 * A manager that cannot start, or cannot do all it wants, says what is missing.
 *
 * @module
 */
import assert from "node:assert/strict";
import { applyManifest } from "../../tools/cluster/manifest.ts";
import { serviceAccountKubeconfig } from "../../tools/installation/service_account.ts";
import {
  eventually,
  freePort,
  installCrds,
  type Program,
  sharedControlPlane,
  startProgram,
} from "../harness/mod.ts";

const plane = sharedControlPlane({ name: "startup" });
const roles = new URL("../../manifests/rbac/manager.yaml", import.meta.url);

function startManager(kubeconfig: string, ...flags: string[]): Promise<Program> {
  return startProgram({
    name: "manager",
    mode: "manager",
    args: (folder) => [
      `--kubeconfig=${kubeconfig}`,
      `--state-dir=${folder}/state`,
      "--listen-address=127.0.0.1:0",
      "--log-format=text",
      ...flags,
    ],
  });
}

async function notReady(manager: Program): Promise<string> {
  const response = await fetch(`${manager.healthUrl}/readyz`);
  const text = await response.text();
  return response.status === 200 ? "" : text;
}

async function failure(manager: Program): Promise<{ code: number; log: string }> {
  const status = await eventually(() => manager.process.status, { deadline: 20_000 });
  return { code: status.code, log: await manager.log() };
}

Deno.test("without its CRDs the manager says which are missing and how to install them", async () => {
  await using manager = await startManager(plane().adminKubeconfig);
  const text = await eventually(async () => {
    const said = await notReady(manager).catch(() => "");
    return said.includes("kubectl apply -f manifests/crds") && said;
  }, { describe: "what to do in /readyz" });
  for (const kind of ["tenants", "loadbalancers", "addresses"]) {
    assert.match(text, new RegExp(`${kind}.kubelb.k8c.io`));
  }
  await installCrds(plane());
  // Its namespace comes with the roles; without it there is nowhere to keep Lease and authority.
  await applyManifest(plane().admin, roles);
  await manager.waitReady();
});

Deno.test("without its permissions the manager names verb and resource, and goes on once it has them", async () => {
  await installCrds(plane());
  await applyManifest(plane().admin, roles);
  const kubeconfig = await serviceAccountKubeconfig(plane(), "kubelb", "kubelb");
  const binding = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/kubelb-manager";
  await plane().admin.request("DELETE", binding);
  await using manager = await startManager(kubeconfig);
  // Resources are refused one after another; each is named as soon as it was.
  await eventually(async () => {
    assert.match(
      await notReady(manager),
      /missing permission: .*RBAC must allow verb "(list|watch)" on .*the same for .*services/s,
    );
    return true;
  }, { describe: "the missing permission in /readyz" });
  await applyManifest(plane().admin, roles);
  await manager.waitReady(60_000);
});

Deno.test("an API server that is not there yet is waited for", async () => {
  const text = await Deno.readTextFile(plane().adminKubeconfig);
  const nobody = `https://127.0.0.1:${freePort()}`;
  const file = `${plane().folder}/nobody.kubeconfig`;
  await Deno.writeTextFile(file, text.replace(/https:\/\/127\.0\.0\.1:\d+/, nobody));
  await using manager = await startManager(file);
  await manager.waitLog(/waiting for an API server.*cluster=hub/);
  assert.ok(manager.running);
  const status = await manager.kill("SIGTERM");
  assert.equal(status.code, 0, "and it can be told to end meanwhile");
});

Deno.test(
  "a manager that starts before the API server goes on by itself once it is there",
  // The shared plane's process is older than the test, which ends it and starts another.
  { sanitizeOps: false, sanitizeResources: false },
  async () => {
    await installCrds(plane());
    await plane().kill("kube-apiserver");
    await using manager = await startManager(plane().adminKubeconfig);
    await manager.waitLog(/waiting for an API server.*cluster=hub/);
    assert.match(await notReady(manager), /hub failed/);
    await plane().restart("kube-apiserver");
    await manager.waitReady(60_000);
    await manager.waitLog(/leading/);
  },
);

Deno.test("what cannot work is told at once, in one line, with exit code 1", async () => {
  const expired = await plane().kubeconfig({ user: "late", lifetime: -1_000 });
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const busy = `127.0.0.1:${(taken.addr as Deno.NetAddr).port}`;
  const table: [kubeconfig: string, flags: string[], message: RegExp][] = [
    ["/nowhere/kubeconfig", [], /\/nowhere\/kubeconfig/],
    [expired, [], /does not accept the credential|expired/i],
    [plane().adminKubeconfig, [`--listen-address=${busy}`], new RegExp(busy)],
    [plane().adminKubeconfig, [`--metrics-addr=${busy}`], new RegExp(`${busy} for metrics`)],
    [plane().adminKubeconfig, ["--state-dir=/proc/nope"], /--state-dir/],
  ];
  for (const [kubeconfig, flags, message] of table) {
    await using manager = await startManager(kubeconfig, ...flags);
    const { code, log } = await failure(manager);
    assert.equal(code, 1, log);
    const last = log.trim().split("\n").at(-1) ?? "";
    assert.match(last, /the manager cannot start/);
    assert.match(last, message);
  }
});

Deno.test("a wrong flag ends it with exit code 2 and a suggestion", async () => {
  await using manager = await startManager("x", "--adress-pool=127.0.0.1");
  const { code, log } = await failure(manager);
  assert.equal(code, 2);
  assert.match(log, /unknown flag --adress-pool; did you mean --address-pool\?/);
});

Deno.test("a second signal ends it at once", async () => {
  await using manager = await startManager(plane().adminKubeconfig);
  await manager.waitLog(/leading|listening server=xds/);
  Deno.kill(manager.process.pid, "SIGTERM");
  const status = await manager.kill("SIGTERM");
  assert.ok(status.code === 143 || status.code === 0, `${status.code}`);
});
