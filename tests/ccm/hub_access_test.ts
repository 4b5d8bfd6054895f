/**
 * A CCM that loses its access to the hub, because its tenant or its credential is deleted there, and
 * gets another. With the real manager.
 *
 * @module
 */
import assert from "node:assert/strict";
import { ccmName } from "../../apis/kubelb/names.ts";
import { systemClock } from "../../base/clock.ts";
import { serviceAccountKubeconfig } from "../../tools/installation/service_account.ts";
import { AdminError, eventually, type Program, sharedControlPlane } from "../harness/mod.ts";
import { sharedHub } from "../manager/hub_fixture.ts";
import { prepareTenantCluster, TenantFixture } from "./two_clusters.ts";

const hub = sharedHub();
const tenant = sharedControlPlane({ name: "acme" }, prepareTenantCluster);

/** Registers a tenant in the hub, with a kubeconfig as an operator would hand it over. */
async function register(name: string): Promise<TenantFixture> {
  const { plane } = hub().hub;
  const hubKubeconfig = await hub().hub.registerTenant(name);
  const tenantKubeconfig = await serviceAccountKubeconfig(tenant(), "kubelb", ccmName);
  return new TenantFixture(plane, tenant(), name, hubKubeconfig, tenantKubeconfig);
}

/** Deletes a tenant and waits until nothing of it is left. */
async function unregister(name: string): Promise<void> {
  const path = `/apis/kubelb.k8c.io/v1alpha1/tenants/${name}`;
  await hub().admin.request("DELETE", path);
  const gone = (error: unknown) => error instanceof AdminError && error.status === 404;
  await eventually(
    () => hub().admin.request("GET", path).then(() => false, gone),
    { describe: `tenant ${name} to go`, deadline: 30_000 },
  );
}

/** Waits until `/readyz` says that the credential is refused. */
async function refused({ healthUrl }: Program): Promise<void> {
  let last = "";
  await eventually(async () => {
    last = await (await fetch(`${healthUrl}/readyz`)).text();
    return /hub failed: the hub does not accept the credential in .*kubeconfig/.test(last);
    // A token is believed for another ten seconds.
  }, { deadline: 20_000, describe: () => `a refused credential; it says ${last}` });
}

/** Requests that the hub has refused. */
async function refusals(ccm: Program): Promise<number> {
  const lines = (await ccm.metrics()).split("\n");
  return lines.filter((line) => /^rest_client_requests_total\{code="40[13]"/.test(line))
    .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

const hasAddress = (fixture: TenantFixture, name: string) =>
  fixture.serviceThat(name, "an address", ({ status }) => !!status?.loadBalancer?.ingress?.length);

Deno.test("a deleted tenant: said once, Services can go, a new kubeconfig brings all back", async () => {
  const fixture = await register("gone");
  await fixture.node("node-1", hub().network.nodeAddress(1));
  await using ccm = await fixture.startCcm();
  await ccm.waitReady();
  for (const name of ["kept", "removed"]) await fixture.createService(name);
  for (const name of ["kept", "removed"]) await hasAddress(fixture, name);
  await ccm.waitLog(/uses short-lived tokens cluster=hub seconds=3600/);

  await unregister("gone");
  await refused(ccm);
  await fixture.createService("late");
  assert.match(await fixture.event("late", "SyncFailed"), /was the tenant deleted there/);
  // The hub has told that the object is gone: nobody waits for --hub-unreachable-timeout.
  await fixture.deleteService("removed");
  await fixture.serviceGone("removed");
  const requests = await refusals(ccm);
  assert.ok(requests < 30, `${requests} requests were refused`);
  const lines = (await ccm.log()).split("\n").filter((line) => / (WARN|ERROR) /.test(line));
  assert.ok(lines.length < 15, lines.join("\n"));

  // Writes the new kubeconfig over the old one.
  await hub().hub.registerTenant("gone");
  await ccm.waitReady();
  await hasAddress(fixture, "late");
  const { metadata } = (await fixture.service("kept"))!;
  await eventually(() => hub().loadBalancer("gone", metadata.uid!));
  for (const name of ["kept", "late"]) await fixture.deleteService(name);
  for (const name of ["kept", "late"]) await fixture.serviceGone(name);
});

Deno.test("a CCM that starts with a refused credential lets Services go, and waits for another", async () => {
  const fixture = await register("revoked");
  await fixture.node("node-1", hub().network.nodeAddress(1));
  await using ccm = await fixture.startCcm(["--hub-unreachable-timeout=3s"]);
  await ccm.waitReady();
  for (const name of ["stays", "goes"]) await fixture.createService(name);
  for (const name of ["stays", "goes"]) await hasAddress(fixture, name);
  await ccm.kill("SIGTERM");
  await unregister("revoked");
  await fixture.deleteService("goes");

  await ccm.start();
  await refused(ccm);
  await fixture.serviceGone("goes", 20_000);
  assert.match(await fixture.event("goes", "HubUnreachable"), /could not be used/);
  await hub().hub.registerTenant("revoked");
  await ccm.waitReady();
  const { metadata } = (await fixture.service("stays"))!;
  await eventually(() => hub().loadBalancer("revoked", metadata.uid!));
  await fixture.deleteService("stays");
  await fixture.serviceGone("stays");
});

Deno.test("a credential is replaced: its Secret is deleted, and the new kubeconfig put in place", async () => {
  const fixture = await register("rotated");
  await fixture.node("node-1", hub().network.nodeAddress(1));
  await using ccm = await fixture.startCcm();
  await ccm.waitReady();
  const service = await fixture.createService("web");
  await hasAddress(fixture, "web");
  await ccm.waitLog(/uses short-lived tokens/);
  const kubeconfig = async () => {
    const path = "/api/v1/namespaces/tenant-rotated/secrets/kubelb-ccm-kubeconfig";
    return (await hub().admin.request<{ data: { kubelb: string } }>("GET", path)).data.kubelb;
  };
  const before = await kubeconfig();
  const secret = "/api/v1/namespaces/tenant-rotated/secrets/kubelb-ccm";
  await hub().admin.request("DELETE", secret);
  await eventually(async () => await kubeconfig() !== before, { describe: "another kubeconfig" });
  // The CCM finds out with its next change.
  const changes = systemClock.monotonic();
  await eventually(async () => {
    const time = `${systemClock.monotonic() - changes}`;
    await fixture.patchService("web", { metadata: { annotations: { "example.com/time": time } } });
    return /refuses the CCM|does not accept the credential/.test(await ccm.log());
  }, { deadline: 20_000, interval: 500, describe: "the old credential to be refused" });

  await hub().hub.registerTenant("rotated");
  await fixture.patchService("web", { metadata: { annotations: { "example.com/done": "1" } } });
  await fixture.loadBalancerThat(
    service,
    "the last change",
    ({ metadata }) => metadata.annotations?.["example.com/done"] === "1",
  );
  await ccm.waitReady();
  await fixture.deleteService("web");
  await fixture.serviceGone("web");
});
