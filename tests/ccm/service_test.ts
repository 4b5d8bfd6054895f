import assert from "node:assert/strict";
import type { Service } from "../../apis/core/v1.ts";
import { hasFinalizer } from "../../kube/finalizer.ts";
import { eventually, type Program, sharedControlPlane } from "../harness/mod.ts";
import { audited, ccmUser, writesOf } from "./audit.ts";
import { prepareHub, prepareTenantCluster, TenantFixture } from "./two_clusters.ts";

const hub = sharedControlPlane({ name: "hub", ...audited }, prepareHub);
const tenant = sharedControlPlane({ name: "acme", ...audited }, prepareTenantCluster);

let fixture: TenantFixture;
let ccm: Program;

Deno.test.beforeAll(async () => {
  fixture = await TenantFixture.create(hub(), tenant(), "acme");
  await fixture.node("node-1", "10.1.0.1");
  ccm = await fixture.startCcm();
  await ccm.waitReady();
});
Deno.test.afterAll(() => ccm?.[Symbol.asyncDispose]());

const cleanup = "kubelb.k8c.io/cleanup";

function ingressOf(service: Service): string[] {
  return (service.status?.loadBalancer?.ingress ?? []).map(({ ip }) => ip ?? "");
}

Deno.test("a Service becomes a LoadBalancer in the hub, and its address comes back", async () => {
  const service = await fixture.createService("web", {
    sessionAffinity: "ClientIP",
    externalTrafficPolicy: "Local",
    loadBalancerSourceRanges: ["10.0.0.0/8"],
    loadBalancerIP: "192.0.2.7",
  }, { annotations: { "example.com/team": "shop" } });
  const object = await fixture.loadBalancerThat(service, "a LoadBalancer");
  assert.deepEqual(object.metadata.labels, {
    "kubelb.k8c.io/origin-ns": "default",
    "kubelb.k8c.io/origin-name": "web",
    "kubelb.k8c.io/tenant": "tenant-acme",
  });
  assert.deepEqual(object.metadata.annotations, { "example.com/team": "shop" });
  assert.deepEqual(object.metadata.finalizers, [cleanup]);
  assert.deepEqual(object.spec, {
    endpoints: [{
      addressesReference: { name: "default" },
      ports: [{ name: "http", port: service.spec.ports![0]!.nodePort!, protocol: "TCP" }],
    }],
    ports: [{ name: "http", port: 80, protocol: "TCP" }],
    type: "LoadBalancer",
    persistence: { type: "SourceIP" },
    externalTrafficPolicy: "Local",
    healthCheckNodePort: service.spec.healthCheckNodePort!,
    sourceRanges: ["10.0.0.0/8"],
    loadBalancerIP: "192.0.2.7",
    ipFamilies: ["IPv4"],
    ipFamilyPolicy: "SingleStack",
  });

  await fixture.publish(service, ["192.0.2.7"]);
  const published = await fixture.serviceThat("web", "an address", (s) => ingressOf(s).length > 0);
  assert.deepEqual(ingressOf(published), ["192.0.2.7"]);
  assert.ok(hasFinalizer(published, cleanup));

  await fixture.publish(service, []);
  await fixture.serviceThat("web", "no address", (s) => ingressOf(s).length === 0);
});

Deno.test("what is wrong in the hub is told at the Service, and no longer when it is mended", async () => {
  const service = await fixture.createService("unlucky", {});
  await fixture.loadBalancerThat(service, "a LoadBalancer");
  await fixture.publish(service, [], [{
    type: "AddressAssigned",
    status: "False",
    reason: "AddressPoolExhausted",
    message: "all addresses are in use",
    lastTransitionTime: "2026-01-01T00:00:00Z",
  }]);
  const isTold = ({ type }: { type: string }) => type === "kubelb.k8c.io/Served";
  const told = await fixture.serviceThat(
    "unlucky",
    "a condition",
    (s) => s.status?.conditions?.some(isTold) ?? false,
  );
  const condition = told.status!.conditions!.find(isTold)!;
  assert.equal(condition.reason, "AddressPoolExhausted");
  assert.match(
    await fixture.event("unlucky", "AddressPoolExhausted"),
    /all addresses are in use/,
  );
  await fixture.publish(service, ["192.0.2.8"]);
  await fixture.serviceThat(
    "unlucky",
    "an address and no complaint",
    (s) => ingressOf(s).length > 0 && !s.status?.conditions?.some(isTold),
  );
});

Deno.test("from a Service to its address the CCM writes three times", async () => {
  const service = await fixture.createService("counted");
  const { name: uid } = (await fixture.loadBalancerThat(service, "a LoadBalancer")).metadata;
  await fixture.publish(service, ["192.0.2.8"]);
  await fixture.serviceThat("counted", "an address", (s) => ingressOf(s).length > 0);
  const inTenant = (await writesOf(tenant(), ccmUser)).filter((write) =>
    write.includes("/counted")
  );
  const inHub = (await writesOf(hub(), ccmUser)).filter((write) => write.includes(uid));
  assert.deepEqual([...inTenant, ...inHub], [
    "patch services default/counted",
    "patch services/status default/counted",
    `patch loadbalancers tenant-acme/${uid}`,
  ]);
});

Deno.test("what changes nothing for the hub is not written, and what others add stays", async () => {
  const service = await fixture.createService("quiet");
  await fixture.loadBalancerThat(service, "a LoadBalancer");
  await fixture.publish(service, ["192.0.2.9"]);
  await fixture.serviceThat("quiet", "an address", (s) => ingressOf(s).length > 0);
  const before = [await writesOf(hub(), ccmUser), await writesOf(tenant(), ccmUser)].flat();

  await fixture.patchService("quiet", { metadata: { labels: { any: "label" } } });
  await fixture.patchLoadBalancer(service, { spec: { healthCheck: { interval: "2s" } } });
  await fixture.patchLoadBalancer(service, { metadata: { annotations: { by: "operator" } } });
  await tenant().admin.request(
    "PATCH",
    "/api/v1/nodes/node-1",
    { metadata: { labels: { any: "label" } } },
    "application/merge-patch+json",
  );
  // Events arrive in order: when this later Service is served, the CCM has seen all the above.
  const sentinel = await fixture.createService("sentinel");
  await fixture.loadBalancerThat(sentinel, "the sentinel's LoadBalancer");
  const after = [await writesOf(hub(), ccmUser), await writesOf(tenant(), ccmUser)].flat();
  const others = after.filter((write) =>
    !write.includes("/sentinel") && !write.includes(sentinel.metadata.uid!)
  );
  assert.deepEqual(others.sort(), before.sort());
  const object = await fixture.loadBalancer(service);
  assert.deepEqual(object?.spec.healthCheck, { interval: "2s" });
  assert.equal(object?.metadata.annotations?.["by"], "operator");
});

Deno.test("what the user takes back is removed in the hub, and what others spoil is healed", async () => {
  const service = await fixture.createService("changing", {
    loadBalancerSourceRanges: ["10.0.0.0/8"],
  }, { annotations: { "example.com/a": "1" } });
  await fixture.loadBalancerThat(service, "source ranges", ({ spec }) => !!spec.sourceRanges);
  await fixture.patchService("changing", {
    metadata: { annotations: { "example.com/a": null } },
    spec: { loadBalancerSourceRanges: null },
  });
  await fixture.loadBalancerThat(
    service,
    "neither ranges nor annotation",
    ({ spec, metadata }) => !spec.sourceRanges && !metadata.annotations?.["example.com/a"],
  );
  await fixture.patchLoadBalancer(service, { spec: { ports: [{ port: 1 }] } });
  await fixture.loadBalancerThat(service, "port 80", ({ spec }) => spec.ports?.[0]?.port === 80);
});

Deno.test("a Service that stops being a load balancer leaves nothing behind", async () => {
  const service = await fixture.createService("leaving");
  await fixture.loadBalancerThat(service, "a LoadBalancer");
  await fixture.publish(service, ["192.0.2.10"]);
  await fixture.serviceThat("leaving", "an address", (s) => ingressOf(s).length > 0);
  await fixture.patchService("leaving", { spec: { type: "ClusterIP" } });
  await fixture.loadBalancerGone(service);
  await fixture.serviceThat(
    "leaving",
    "no finalizer and no address",
    (s) => !hasFinalizer(s, cleanup) && ingressOf(s).length === 0,
  );
});

Deno.test("a Service of another class is left alone", async () => {
  const foreign = await fixture.createService("foreign", { loadBalancerClass: "example.com/lb" });
  const sentinel = await fixture.createService("after-foreign");
  await fixture.loadBalancerThat(sentinel, "the sentinel's LoadBalancer");
  assert.equal(await fixture.loadBalancer(foreign), undefined);
  assert.equal((await fixture.service("foreign"))?.metadata.finalizers, undefined);
});

Deno.test("a deleted Service goes when the hub has accepted, and its LoadBalancer with it", async () => {
  const service = await fixture.createService("deleted");
  await fixture.loadBalancerThat(service, "a LoadBalancer");
  await fixture.deleteService("deleted");
  await fixture.serviceGone("deleted");
  await fixture.loadBalancerGone(service);
});

Deno.test("a LoadBalancer that somebody deletes in the hub is made again", async () => {
  const service = await fixture.createService("restored");
  const first = await fixture.loadBalancerThat(service, "a LoadBalancer");
  await hub().admin.request(
    "DELETE",
    `/apis/kubelb.k8c.io/v1alpha1/namespaces/tenant-acme/loadbalancers/${first.metadata.name}`,
  );
  await eventually(async () => {
    const object = await fixture.loadBalancer(service);
    if (object?.metadata.deletionTimestamp) {
      await fixture.patchLoadBalancer(service, { metadata: { finalizers: null } });
    }
    return object !== undefined && object.metadata.uid !== first.metadata.uid;
  }, { describe: "a new LoadBalancer" });
});

Deno.test("a Service without node ports is told why it is not served", async () => {
  const service = await fixture.createService("portless", { allocateLoadBalancerNodePorts: false });
  assert.match(
    await fixture.event("portless", "NodePortsDisabled"),
    /allocateLoadBalancerNodePorts/,
  );
  const told = await fixture.serviceThat(
    "portless",
    "a condition",
    ({ status }) => (status?.conditions ?? []).length > 0,
  );
  assert.equal(told.status?.conditions?.[0]?.type, "kubelb.k8c.io/Accepted");
  assert.equal(told.status?.conditions?.[0]?.status, "False");
  assert.equal(told.metadata.finalizers, undefined);
  assert.equal(await fixture.loadBalancer(service), undefined);

  await fixture.patchService("portless", { spec: { allocateLoadBalancerNodePorts: true } });
  await fixture.loadBalancerThat(service, "a LoadBalancer once it can be served");
  await fixture.serviceThat(
    "portless",
    "no condition",
    ({ status }) => !status?.conditions?.length,
  );
});

Deno.test("SCTP ports are skipped with an event, the others served", async () => {
  const service = await fixture.createService("mixed", {
    ports: [
      { name: "web", port: 80, protocol: "TCP" },
      { name: "sig", port: 38412, protocol: "SCTP" },
      { name: "dns", port: 53, protocol: "UDP" },
    ],
  });
  const object = await fixture.loadBalancerThat(service, "a LoadBalancer");
  assert.deepEqual(object.spec.ports?.map(({ name }) => name), ["web", "dns"]);
  assert.match(await fixture.event("mixed", "ProtocolNotSupported"), /SCTP/);
});

Deno.test("the finalizer of old versions is replaced", async () => {
  await fixture.createService("legacy", {}, { finalizers: ["kubelb.k8c.io/lb-finalizer"] });
  await fixture.serviceThat(
    "legacy",
    "our finalizer only",
    ({ metadata }) => JSON.stringify(metadata.finalizers) === JSON.stringify([cleanup]),
  );
});

Deno.test("objects that an upstream CCM wrote are adopted, and removals prune", async () => {
  // Another class until the hub's object is there, as upstream's CCM would have left it.
  const service = await fixture.createService("adopted", { type: "ClusterIP" });
  const uid = service.metadata.uid!;
  await hub().admin.request(
    "POST",
    "/apis/kubelb.k8c.io/v1alpha1/namespaces/tenant-acme/loadbalancers?fieldManager=ccm",
    {
      apiVersion: "kubelb.k8c.io/v1alpha1",
      kind: "LoadBalancer",
      metadata: {
        name: uid,
        annotations: { "example.com/gone": "1" },
        // Without origin labels the sweep takes it for somebody else's until it is adopted.
      },
      spec: {
        endpoints: [{ addressesReference: { name: "default" }, ports: [{ port: 30999 }] }],
        ports: [{ port: 80 }],
        type: "LoadBalancer",
        persistence: { type: "SourceIP" },
      },
    },
  );
  await fixture.patchService("adopted", { spec: { type: "LoadBalancer" } });
  const adopted = await fixture.loadBalancerThat(
    service,
    "neither the annotation nor persistence",
    ({ spec, metadata }) =>
      metadata.labels !== undefined && !spec.persistence &&
      !metadata.annotations?.["example.com/gone"],
  );
  assert.deepEqual(adopted.spec.ports, [{ name: "http", port: 80, protocol: "TCP" }]);
});

Deno.test("a hub that refuses tells the user, and other Services are served", async () => {
  const quota = "/api/v1/namespaces/tenant-acme/resourcequotas/limit";
  const count = "count/loadbalancers.kubelb.k8c.io";
  const { items } = await hub().admin.request<{ items: unknown[] }>(
    "GET",
    "/apis/kubelb.k8c.io/v1alpha1/namespaces/tenant-acme/loadbalancers",
  );
  // Without a controller manager nobody counts for the quota; the test does.
  const quotaObject = {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: "limit", namespace: "tenant-acme" },
    spec: { hard: { [count]: String(items.length) } },
  };
  await hub().admin.apply(quota, quotaObject);
  await hub().admin.request("PATCH", `${quota}/status`, {
    status: { hard: { [count]: String(items.length) }, used: { [count]: String(items.length) } },
  }, "application/merge-patch+json");
  await fixture.createService("too-many");
  assert.match(await fixture.event("too-many", "SyncFailed"), /exceeded quota/);
  const neighbour = await fixture.service("web");
  await fixture.patchService("web", { metadata: { annotations: { "example.com/team": "other" } } });
  await fixture.loadBalancerThat(
    neighbour!,
    "the neighbour's change",
    ({ metadata }) => metadata.annotations?.["example.com/team"] === "other",
  );
  await hub().admin.request("DELETE", quota);
  await fixture.loadBalancerThat((await fixture.service("too-many"))!, "a LoadBalancer in the end");
});

Deno.test("metrics tell what the CCM does, and never name an object", async () => {
  const text = await ccm.metrics();
  assert.match(
    text,
    /kubelb_ccm_service_reconcile_total\{namespace="default",result="success"\} \d+/,
  );
  assert.match(text, /kubelb_ccm_managed_services\{namespace="default"\} \d+/);
  assert.match(text, /kubelb_ccm_nodes 1\b/);
  assert.match(text, /kubelb_ccm_kubelb_cluster_connected 1\b/);
  assert.match(text, /kubelb_ccm_kubelb_cluster_latency_seconds_count\{operation="create"\} \d+/);
  assert.doesNotMatch(text, /"(web|counted|quiet)"/);
});
