import assert from "node:assert/strict";
import type { IPFamily, Service } from "../../../apis/core/v1.ts";
import type { LoadBalancerSpec } from "../../../apis/kubelb/v1alpha1/mod.ts";
import { resolveTenantSettings } from "../config/tenant_settings.ts";
import { readFrontPorts } from "./front_ports.ts";
import { desiredHubService, portKey, type RuntimeKind } from "./hub_service.ts";
import { hubServiceDifferences, mustBeRecreated } from "./hub_service_difference.ts";
import { loadBalancerWith } from "./testdata.ts";

interface Choice {
  runtime?: RuntimeKind;
  families?: IPFamily[];
  class?: string;
  annotations?: Record<string, string>;
}

function serviceFor(spec: Partial<LoadBalancerSpec>, choice: Choice = {}): Service {
  const loadBalancer = loadBalancerWith(spec);
  loadBalancer.metadata.annotations = { "a.io/x": "1", "b.io/y": "2" };
  loadBalancer.metadata.labels = {
    "kubelb.k8c.io/origin-ns": "default",
    "kubelb.k8c.io/origin-name": "web",
    "kubelb.k8c.io/tenant": "tenant-acme",
  };
  const read = readFrontPorts(loadBalancer);
  assert.ok(read.valid);
  const targetPorts = new Map(read.ports.map((port, at) => [portKey(port), 10_000 + at]));
  const settings = resolveTenantSettings(
    { propagatedAnnotations: choice.annotations ?? {} },
    choice.class ? { loadBalancer: { class: choice.class } } : {},
  );
  const runtime = choice.runtime ?? "host";
  const { families = ["IPv4"] } = choice;
  const { ports } = read;
  return desiredHubService({ loadBalancer, ports, targetPorts, settings, runtime, families });
}

Deno.test("the hub Service carries the labels, owner and listener ports of its load balancer", () => {
  const { metadata, spec } = serviceFor({ ports: [{ port: 80 }, { port: 53, protocol: "UDP" }] });
  assert.equal(metadata.name, "envoy-lb");
  assert.deepEqual(metadata.labels, {
    "kubelb.k8c.io/origin-ns": "default",
    "kubelb.k8c.io/origin-name": "web",
    "kubelb.k8c.io/lb-name": "lb",
    "kubelb.k8c.io/lb-namespace": "tenant-acme",
    "kubelb.k8c.io/managed-by": "kubelb",
    "app.kubernetes.io/name": "tenant-acme",
  });
  assert.deepEqual(metadata.ownerReferences, [{
    apiVersion: "kubelb.k8c.io/v1alpha1",
    kind: "LoadBalancer",
    name: "lb",
    uid: "uid-of-lb",
    controller: true,
  }]);
  assert.deepEqual(spec.ports, [
    { name: "80-tcp", protocol: "TCP", port: 80, targetPort: 10_000 },
    { name: "53-udp", protocol: "UDP", port: 53, targetPort: 10_001 },
  ]);
});

Deno.test("a selector finds the Envoys in pods; on a host there are none to find", () => {
  const { selector } = serviceFor({}, { runtime: "kubernetes" }).spec;
  assert.deepEqual(selector, { "app.kubernetes.io/name": "tenant-acme" });
  assert.equal(serviceFor({}).spec.selector, undefined);
});

Deno.test("on the host runtime the manager is the load balancer implementation", () => {
  const { spec } = serviceFor({});
  assert.equal(spec.loadBalancerClass, "kubelb.k8c.io/host");
  assert.equal(spec.allocateLoadBalancerNodePorts, false);
});

Deno.test("on Kubernetes the class is the operator's or absent", () => {
  const plain = serviceFor({}, { runtime: "kubernetes" }).spec;
  assert.equal(plain.loadBalancerClass, undefined);
  assert.equal(plain.allocateLoadBalancerNodePorts, undefined);
  const classed = serviceFor({}, { runtime: "kubernetes", class: "metallb" }).spec;
  assert.equal(classed.loadBalancerClass, "metallb");
});

Deno.test("a Service asks for no family that the hub does not have", () => {
  const spec = {
    ipFamilies: ["IPv6" as const, "IPv4" as const],
    ipFamilyPolicy: "PreferDualStack" as const,
  };
  const familiesOf = (choice: Choice) => {
    const { ipFamilies, ipFamilyPolicy } = serviceFor(spec, choice).spec;
    return [ipFamilies, ipFamilyPolicy];
  };
  const inPods: Choice = { runtime: "kubernetes" };
  assert.deepEqual(familiesOf(inPods), [["IPv4"], "PreferDualStack"]);
  const both: IPFamily[] = ["IPv4", "IPv6"];
  assert.deepEqual(familiesOf({ ...inPods, families: both }), [spec.ipFamilies, "PreferDualStack"]);
  assert.deepEqual(familiesOf({ ...inPods, families: [] }), [undefined, "PreferDualStack"]);
  assert.deepEqual(familiesOf({ class: "metallb" }), [["IPv4"], "PreferDualStack"]);
  assert.deepEqual(familiesOf({ families: both }), [undefined, undefined], "ours by the pool");
});

Deno.test("a Service of type ClusterIP has none of the fields the API server would refuse", () => {
  const { spec } = serviceFor({
    type: "ClusterIP",
    loadBalancerIP: "192.0.2.1",
    sourceRanges: ["10.0.0.0/8"],
    externalTrafficPolicy: "Local",
  }, { class: "metallb" });
  assert.deepEqual(Object.keys(spec).sort(), ["ports", "type"]);
});

Deno.test("source ranges and affinity keep the client's address where nodes would hide it", () => {
  const ranges = { sourceRanges: ["10.0.0.0/8"] };
  const affinity = { persistence: { type: "SourceIP" as const } };
  for (const spec of [ranges, affinity]) {
    const onKubernetes = serviceFor(spec, { runtime: "kubernetes" }).spec;
    assert.equal(onKubernetes.externalTrafficPolicy, "Local");
    assert.equal(serviceFor(spec).spec.externalTrafficPolicy, "Cluster");
  }
  assert.equal(serviceFor({ externalTrafficPolicy: "Local" }).spec.externalTrafficPolicy, "Local");
  assert.deepEqual(serviceFor(ranges).spec.loadBalancerSourceRanges, ["10.0.0.0/8"]);
});

Deno.test("annotations reach the hub Service only when the operator lets them", () => {
  assert.deepEqual(serviceFor({}).metadata.annotations, {});
  const { metadata } = serviceFor({}, { annotations: { "a.io/*": "" } });
  assert.deepEqual(metadata.annotations, { "a.io/x": "1" });
});

/** The Service as an API server gives it back: defaults filled, fields of others added. */
function stored(service: Service): Service {
  const copy = structuredClone(service);
  copy.metadata.annotations = { ...copy.metadata.annotations, "cloud.example/id": "7" };
  copy.metadata.labels = { ...copy.metadata.labels, other: "label" };
  copy.spec = {
    ...copy.spec,
    clusterIP: "10.0.0.7",
    ipFamilies: ["IPv4"],
    ipFamilyPolicy: "SingleStack",
    sessionAffinity: "None",
    ports: (copy.spec.ports ?? [])
      .map((port) => ({ ...port, nodePort: 31000, appProtocol: "http" })).reverse(),
  };
  return copy;
}

Deno.test("what the API server and others add is no difference", () => {
  for (const runtime of ["host", "kubernetes"] as const) {
    const desired = serviceFor({ ports: [{ port: 80 }, { port: 81 }] }, { runtime });
    assert.deepEqual(hubServiceDifferences(desired, stored(desired)), []);
  }
});

Deno.test("every field we set is watched", () => {
  const desired = serviceFor({}, { annotations: { "a.io/*": "" } });
  const table: [string, (service: Service) => void][] = [
    ["labels", (service) => delete service.metadata.labels!["kubelb.k8c.io/lb-name"]],
    ["annotations", (service) => service.metadata.annotations!["a.io/x"] = "other"],
    ["owner reference", (service) => service.metadata.ownerReferences = []],
    ["ports", (service) => service.spec.ports![0]!.targetPort = 1],
    ["ports", (service) => service.spec.ports!.push({ port: 99, targetPort: 99 })],
    ["type", (service) => service.spec.type = "NodePort"],
    ["selector", (service) => service.spec.selector = { app: "evil" }],
    ["externalTrafficPolicy", (service) => service.spec.externalTrafficPolicy = "Local"],
    ["loadBalancerIP", (service) => service.spec.loadBalancerIP = "192.0.2.9"],
    ["loadBalancerSourceRanges", (service) => service.spec.loadBalancerSourceRanges = ["::/0"]],
    ["allocateLoadBalancerNodePorts", (service) => {
      delete service.spec.allocateLoadBalancerNodePorts;
    }],
  ];
  for (const [expected, change] of table) {
    const actual = stored(desired);
    change(actual);
    assert.deepEqual(hubServiceDifferences(desired, actual), [expected]);
  }
});

Deno.test("an annotation that we wrote and no longer want is a difference, a foreign one is not", () => {
  const desired = serviceFor({});
  const actual = stored(desired);
  actual.metadata.annotations!["a.io/x"] = "1";
  assert.deepEqual(hubServiceDifferences(desired, actual), []);
  assert.deepEqual(hubServiceDifferences(desired, actual, new Set(["a.io/x"])), ["annotations"]);
});

Deno.test("a changed load balancer class needs a new Service", () => {
  const service = serviceFor({});
  assert.equal(mustBeRecreated(serviceFor({}, { class: "metallb" }), stored(service)), true);
  assert.equal(mustBeRecreated(service, stored(service)), false);
  assert.equal(mustBeRecreated(serviceFor({ type: "ClusterIP" }), stored(service)), false);
});
