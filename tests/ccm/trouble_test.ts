import assert from "node:assert/strict";
import { hasFinalizer } from "../../kube/finalizer.ts";
import { eventually, installCrds, sharedControlPlane, startProgram } from "../harness/mod.ts";
import { prepareHub, prepareTenantCluster, TenantFixture } from "./two_clusters.ts";

const hub = sharedControlPlane({ name: "hub" }, prepareHub);
const tenant = sharedControlPlane({ name: "acme" }, prepareTenantCluster);

// The shared planes' processes are older than the tests that end them and start others.
const sanitizersOff = { sanitizeOps: false, sanitizeResources: false };

const uidAnnotation = "kubelb.k8c.io/cluster-uid";
const crd = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/loadbalancers.kubelb.k8c.io";

async function fixtureOf(name: string): Promise<TenantFixture> {
  const fixture = await TenantFixture.create(hub(), tenant(), name);
  await fixture.node("node-1", "10.1.0.1");
  return fixture;
}

async function readiness(healthUrl: string): Promise<string> {
  const response = await fetch(`${healthUrl}/readyz`);
  return `${response.status} ${await response.text()}`;
}

Deno.test("a hub that is killed and comes back finds every change", sanitizersOff, async () => {
  const fixture = await fixtureOf("killed");
  await using ccm = await fixture.startCcm();
  await ccm.waitReady();
  const kept = await fixture.createService("kept");
  const removed = await fixture.createService("removed");
  await fixture.loadBalancerThat(kept, "a LoadBalancer");
  await fixture.loadBalancerThat(removed, "a LoadBalancer");

  await hub().kill("kube-apiserver");
  const created = await fixture.createService("created-meanwhile");
  await fixture.deleteService("removed");
  await fixture.patchService("kept", { metadata: { annotations: { "example.com/a": "1" } } });
  await ccm.waitLog(/the hub does not answer/);
  assert.ok(hasFinalizer((await fixture.service("removed"))!, "kubelb.k8c.io/cleanup"));

  await hub().restart("kube-apiserver");
  await fixture.loadBalancerThat(created, "the new LoadBalancer");
  await fixture.loadBalancerThat(
    kept,
    "the new annotation",
    ({ metadata }) => metadata.annotations?.["example.com/a"] === "1",
  );
  await fixture.serviceGone("removed");
  await fixture.loadBalancerGone(removed);
  await fixture.deleteService("kept");
  await fixture.deleteService("created-meanwhile");
  await fixture.serviceGone("kept");
});

Deno.test(
  "a Service is let go without the hub after a time, and swept later",
  sanitizersOff,
  async () => {
    const fixture = await fixtureOf("abandoned");
    await using ccm = await fixture.startCcm(["--hub-unreachable-timeout=2s"]);
    await ccm.waitReady();
    const service = await fixture.createService("abandoned");
    await fixture.loadBalancerThat(service, "a LoadBalancer");
    await fixture.addressesAre("10.1.0.1");

    await hub().kill("kube-apiserver");
    await fixture.deleteService("abandoned");
    await fixture.serviceGone("abandoned", 20_000);
    await hub().restart("kube-apiserver");
    await fixture.loadBalancerGone(service);
    await ccm.waitLog(/removed a LoadBalancer whose Service is gone/);
  },
);

Deno.test("only objects of a Service that is gone are swept", async () => {
  const fixture = await fixtureOf("swept");
  const collection = "/apis/kubelb.k8c.io/v1alpha1/namespaces/tenant-swept/loadbalancers";
  const object = (name: string, labels: Record<string, string>) => ({
    apiVersion: "kubelb.k8c.io/v1alpha1",
    kind: "LoadBalancer",
    metadata: { name, labels },
    spec: {
      endpoints: [{ addressesReference: { name: "default" }, ports: [{ port: 30001 }] }],
      ports: [{ port: 80 }],
    },
  });
  const orphanLabels = {
    "kubelb.k8c.io/origin-ns": "default",
    "kubelb.k8c.io/origin-name": "gone",
  };
  await hub().admin.request("POST", collection, object("by-hand", {}));
  await hub().admin.request("POST", collection, object("orphan", orphanLabels));
  await using _ccm = await fixture.startCcm();
  const names = async () =>
    (await hub().admin.request<{ items: { metadata: { name: string } }[] }>("GET", collection))
      .items.map(({ metadata }) => metadata.name);
  await eventually(async () => !(await names()).includes("orphan"), { describe: "the sweep" });
  assert.ok((await names()).includes("by-hand"));
});

Deno.test("a tenant that another cluster uses is refused until it is taken over", async () => {
  const fixture = await fixtureOf("held");
  const collection = "/apis/kubelb.k8c.io/v1alpha1/namespaces/tenant-held/addresses";
  await hub().admin.request("POST", collection, {
    apiVersion: "kubelb.k8c.io/v1alpha1",
    kind: "Addresses",
    metadata: { name: "default", annotations: { [uidAnnotation]: "another" } },
    spec: { addresses: [{ ip: "192.0.2.1" }] },
  });
  const service = await fixture.createService("held");
  {
    await using refused = await fixture.startCcm();
    await refused.waitLog(/used by another cluster \(kube-system UID another.*--take-over/);
    assert.match(await readiness(refused.healthUrl), /^503 [^]*hold failed: .*--take-over/);
    assert.match(await fixture.event("kube-system", "TenantHeld"), /another cluster/);
    assert.equal(await fixture.loadBalancer(service), undefined);
    assert.equal((await fixture.addresses())?.spec.addresses?.[0]?.ip, "192.0.2.1");
    await refused.kill("SIGTERM");
  }
  await using ccm = await fixture.startCcm(["--take-over"]);
  await ccm.waitReady();
  await fixture.loadBalancerThat(service, "a LoadBalancer");
  const taken = await fixture.addressesAre("10.1.0.1");
  assert.notEqual(taken.metadata.annotations?.[uidAnnotation], "another");
  await fixture.deleteService("held");
  await fixture.serviceGone("held");
});

Deno.test("a hub without our fields serves what it can and tells the user the rest", async () => {
  const fixture = await fixtureOf("older");
  interface Crd {
    spec: {
      versions: {
        schema: {
          openAPIV3Schema: { properties: { spec: { properties: Record<string, unknown> } } };
        };
      }[];
    };
  }
  const definition = await hub().admin.request<Crd>("GET", crd);
  const { properties } = definition.spec.versions[0]!.schema.openAPIV3Schema.properties.spec;
  for (const field of ["sourceRanges", "ipFamilies", "ipFamilyPolicy"]) delete properties[field];
  await hub().admin.request("PUT", crd, definition);
  try {
    await using _ccm = await fixture.startCcm();
    const plain = await fixture.createService("plain");
    await fixture.loadBalancerThat(plain, "a LoadBalancer", ({ spec }) => !spec.ipFamilies);
    const service = await fixture.createService("ranged", {
      loadBalancerSourceRanges: ["10.0.0.0/8"],
    });
    await fixture.loadBalancerThat(service, "a LoadBalancer", ({ spec }) => !spec.sourceRanges);
    assert.match(await fixture.event("ranged", "FieldNotSupported"), /spec\.sourceRanges/);
    await fixture.deleteService("plain");
    await fixture.deleteService("ranged");
    await fixture.serviceGone("ranged");
  } finally {
    await installCrds(hub());
  }
});

Deno.test(
  "a CCM that starts before the hub waits for it, says so, and goes on",
  sanitizersOff,
  async () => {
    const fixture = await fixtureOf("early");
    await hub().kill("kube-apiserver");
    await using ccm = await fixture.startCcm();
    await ccm.waitLog(/waiting for an API server.*cluster=hub/);
    await ccm.waitLog(/listening server=health/);
    assert.match(await readiness(ccm.healthUrl), /^503 [^]*hub failed/);
    const service = await fixture.createService("early");
    await hub().restart("kube-apiserver");
    await ccm.waitReady();
    await fixture.loadBalancerThat(service, "a LoadBalancer");
  },
);

Deno.test("a CCM that was killed goes on where it was", async () => {
  const fixture = await fixtureOf("restarted");
  await using ccm = await fixture.startCcm(["--enable-leader-election=false"]);
  await ccm.waitReady();
  const service = await fixture.createService("deleted-meanwhile");
  await fixture.loadBalancerThat(service, "a LoadBalancer");
  await ccm.kill("SIGKILL");
  await fixture.deleteService("deleted-meanwhile");
  const created = await fixture.createService("created-while-dead");
  await ccm.start();
  await fixture.serviceGone("deleted-meanwhile");
  await fixture.loadBalancerThat(created, "a LoadBalancer");
  const status = await ccm.kill("SIGTERM");
  assert.equal(status.code, 0);
});

Deno.test("behind another load balancer its addresses are the endpoints, and stay its own", async () => {
  const fixture = await fixtureOf("behind");
  await using ccm = await fixture.startCcm(["--enable-cloud-provider=false"]);
  await ccm.waitReady();
  const service = await fixture.createService("behind", { loadBalancerClass: "example.com/lb" });
  await tenant().admin.request(
    "PATCH",
    "/api/v1/namespaces/default/services/behind/status",
    { status: { loadBalancer: { ingress: [{ ip: "10.7.0.1" }] } } },
    "application/merge-patch+json",
  );
  const object = await fixture.loadBalancerThat(service, "a LoadBalancer");
  assert.deepEqual(object.spec.endpoints, [{
    addresses: [{ ip: "10.7.0.1" }],
    ports: [{ name: "http", port: 80, protocol: "TCP" }],
  }]);
  await fixture.publish(service, ["192.0.2.20"]);
  // The change that follows is handled after the address has been seen.
  await fixture.patchService("behind", { metadata: { annotations: { "example.com/a": "1" } } });
  await fixture.loadBalancerThat(
    service,
    "the annotation",
    ({ metadata }) => metadata.annotations?.["example.com/a"] === "1",
  );
  assert.equal(
    (await fixture.service("behind"))?.status?.loadBalancer?.ingress?.[0]?.ip,
    "10.7.0.1",
  );
  await fixture.deleteService("behind");
  await fixture.serviceGone("behind");
  await fixture.loadBalancerGone(service);
});

Deno.test("missing CRDs are named, with how to install them", async () => {
  const fixture = await fixtureOf("bare");
  // The tenant cluster has none: here it plays a hub without them.
  const bare = new TenantFixture(
    tenant(),
    tenant(),
    "bare",
    tenant().adminKubeconfig,
    fixture.tenantKubeconfig,
  );
  await using ccm = await bare.startCcm(["--enable-leader-election=false"]);
  await ccm.waitLog(/loadbalancers\.kubelb\.k8c\.io.*kubectl apply -f manifests\/crds/);
  assert.match(await readiness(ccm.healthUrl), /^503 [^]*loadbalancers\.kubelb\.k8c\.io/);
});

Deno.test("a missing permission is named: which verb on what", async () => {
  const fixture = await fixtureOf("forbidden");
  const stranger = await hub().kubeconfig({ user: "stranger" });
  const forbidden = new TenantFixture(
    hub(),
    tenant(),
    "forbidden",
    stranger,
    fixture.tenantKubeconfig,
  );
  await using ccm = await forbidden.startCcm(["--enable-leader-election=false"]);
  await ccm.waitLog(
    /RBAC must allow verb "\w+" on "loadbalancers\.kubelb\.k8c\.io" in namespace "tenant-forb/,
  );
  assert.match(await readiness(ccm.healthUrl), /^503 [^]*missing permission: (list|watch)/);
});

Deno.test("a kubeconfig that cannot work ends the CCM with a clear message", async () => {
  const fixture = await fixtureOf("broken");
  const { hubKubeconfig, tenantKubeconfig } = fixture;
  const table: { own?: string; hub?: string; message: RegExp }[] = [
    { hub: "/does/not/exist", message: /kubeconfig \/does\/not\/exist cannot be read/ },
    { hub: await hub().kubeconfig({ user: "late", lifetime: -60_000 }), message: /expired/ },
    { own: await tenant().tokenKubeconfig("revoked"), message: /does not accept the credential/ },
  ];
  for (const { own = tenantKubeconfig, hub = hubKubeconfig, message } of table) {
    await using ccm = await startProgram({
      name: "broken",
      mode: "ccm",
      args: [
        "--cluster-name=broken",
        `--kubeconfig=${own}`,
        `--kubelb-kubeconfig=${hub}`,
        "--log-format=text",
      ],
    });
    await ccm.waitLog(message);
    await eventually(() => !ccm.running, { describe: "the CCM to end" });
    assert.equal(ccm.process.status?.code, 1);
  }
});

Deno.test("wrong flags end the CCM with exit code 2 and a suggestion", async () => {
  await using ccm = await startProgram({
    name: "typo",
    mode: "ccm",
    args: ["--cluster-name=acme", "--node-adress-type=InternalIP"],
  });
  await ccm.waitLog(/unknown flag --node-adress-type; did you mean --node-address-type\?/);
  await eventually(() => !ccm.running, { describe: "the CCM to end" });
  assert.equal(ccm.process.status?.code, 2);
});
