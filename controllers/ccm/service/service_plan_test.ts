import assert from "node:assert/strict";
import fc from "fast-check";
import type { Service, ServicePort, ServiceSpec } from "../../../apis/core/v1.ts";
import { loadBalancerResource } from "../../../apis/kubelb/v1alpha1/mod.ts";
import type { ObjectMeta } from "../../../apis/meta/v1.ts";
import { validateObject } from "../../../apis/schema/mod.ts";
import { planService, type ServicePlan, type ServicePlanOptions } from "./service_plan.ts";

const defaults: ServicePlanOptions = {
  tenantNamespace: "tenant-acme",
  useLoadBalancerClass: false,
  cloudProvider: true,
};

function service(spec: Partial<ServiceSpec> = {}, metadata: Partial<ObjectMeta> = {}): Service {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "shop", uid: "5a1e", ...metadata },
    spec: {
      type: "LoadBalancer",
      ports: [{ name: "HTTP", port: 80, protocol: "TCP", nodePort: 30080 }],
      ...spec,
    },
  };
}

function plan(object: Service, options: Partial<ServicePlanOptions> = {}): ServicePlan {
  return planService(object, { ...defaults, ...options });
}

function served(object: Service, options: Partial<ServicePlanOptions> = {}) {
  const result = plan(object, options);
  return result.kind === "serve" ? result.loadBalancer : assert.fail(JSON.stringify(result));
}

Deno.test("a Service becomes the LoadBalancer that upstream's CCM would write", () => {
  assert.deepEqual(served(service({}, { annotations: { "example.com/a": "1" } })), {
    apiVersion: "kubelb.k8c.io/v1alpha1",
    kind: "LoadBalancer",
    metadata: {
      name: "5a1e",
      namespace: "tenant-acme",
      labels: {
        "kubelb.k8c.io/origin-ns": "shop",
        "kubelb.k8c.io/origin-name": "web",
        "kubelb.k8c.io/tenant": "tenant-acme",
      },
      annotations: { "example.com/a": "1" },
      finalizers: ["kubelb.k8c.io/cleanup"],
    },
    spec: {
      endpoints: [{
        addressesReference: { name: "default" },
        ports: [{ name: "http", port: 30080, protocol: "TCP" }],
      }],
      ports: [{ name: "http", port: 80, protocol: "TCP" }],
      type: "LoadBalancer",
    },
  });
});

Deno.test("a port without a name or protocol gets upstream's name and TCP", () => {
  const ports: ServicePort[] = [{ port: 53, nodePort: 30053, protocol: "UDP" }];
  assert.deepEqual(served(service({ ports })).spec.ports, [
    { name: "53-udp", port: 53, protocol: "UDP" },
  ]);
  assert.deepEqual(served(service({ ports: [{ port: 53, nodePort: 30053 }] })).spec.ports, [
    { name: "53-tcp", port: 53, protocol: "TCP" },
  ]);
});

Deno.test("what the user asks of traffic and address is passed on", () => {
  const { spec } = served(service({
    sessionAffinity: "ClientIP",
    externalTrafficPolicy: "Local",
    healthCheckNodePort: 31000,
    loadBalancerSourceRanges: ["10.0.0.0/8 ", "2001:db8::/32"],
    loadBalancerIP: "192.0.2.7",
    ipFamilies: ["IPv6", "IPv4"],
    ipFamilyPolicy: "PreferDualStack",
  }));
  assert.deepEqual(spec.persistence, { type: "SourceIP" });
  assert.equal(spec.externalTrafficPolicy, "Local");
  assert.equal(spec.healthCheckNodePort, 31000);
  assert.deepEqual(spec.sourceRanges, ["10.0.0.0/8", "2001:db8::/32"]);
  assert.equal(spec.loadBalancerIP, "192.0.2.7");
  assert.deepEqual(spec.ipFamilies, ["IPv6", "IPv4"]);
  assert.equal(spec.ipFamilyPolicy, "PreferDualStack");
});

Deno.test("the health check port counts only where traffic stays on the node", () => {
  const { spec } = served(
    service({ externalTrafficPolicy: "Cluster", healthCheckNodePort: 31000 }),
  );
  assert.equal(spec.healthCheckNodePort, undefined);
});

Deno.test("which Services are ours depends on type, class and flags", () => {
  const other = "example.com/lb";
  const table: [Partial<ServiceSpec>, Partial<ServicePlanOptions>, boolean][] = [
    [{ type: "ClusterIP" }, {}, false],
    [{ type: "NodePort" }, {}, false],
    [{}, {}, true],
    [{ loadBalancerClass: "kubelb" }, {}, true],
    [{ loadBalancerClass: other }, {}, false],
    [{}, { useLoadBalancerClass: true }, false],
    [{ loadBalancerClass: other }, { useLoadBalancerClass: true }, false],
    [{ loadBalancerClass: "kubelb" }, { useLoadBalancerClass: true }, true],
  ];
  for (const [spec, options, ours] of table) {
    const { kind } = plan(service(spec), options);
    assert.equal(kind, ours ? "serve" : "ignore", JSON.stringify([spec, options]));
  }
});

Deno.test("a Service that we hold is released when it goes or stops being ours", () => {
  const deletionTimestamp = "2026-01-01T00:00:00Z";
  for (const finalizer of ["kubelb.k8c.io/cleanup", "kubelb.k8c.io/lb-finalizer"]) {
    const held = { finalizers: ["example.com/other", finalizer] };
    assert.deepEqual(plan(service({ type: "ClusterIP" }, held)), {
      kind: "release",
      deleting: false,
    });
    assert.deepEqual(plan(service({}, { ...held, deletionTimestamp })), {
      kind: "release",
      deleting: true,
    });
  }
  assert.deepEqual(plan(service({}, { deletionTimestamp })), { kind: "ignore" });
});

Deno.test("a Service without node ports is refused with advice, not served broken", () => {
  const ports: ServicePort[] = [{ port: 80, protocol: "TCP" }];
  const result = plan(service({ ports, allocateLoadBalancerNodePorts: false }));
  assert.ok(result.kind === "refuse", JSON.stringify(result));
  assert.equal(result.skipped[0]?.reason, "NodePortsDisabled");
  assert.match(result.skipped[0]?.message ?? "", /port 80 .*allocateLoadBalancerNodePorts/);
});

Deno.test("node ports that the user set himself are enough", () => {
  assert.equal(plan(service({ allocateLoadBalancerNodePorts: false })).kind, "serve");
});

Deno.test("a node port that is not allocated yet is waited for", () => {
  const result = plan(service({ ports: [{ port: 80, protocol: "TCP" }] }));
  assert.ok(result.kind === "wait" && result.message.includes("80-tcp"), JSON.stringify(result));
});

Deno.test("SCTP ports are left out and told, the others are served", () => {
  const sctp: ServicePort = { name: "sig", port: 38412, protocol: "SCTP", nodePort: 30001 };
  const tcp: ServicePort = { name: "web", port: 80, protocol: "TCP", nodePort: 30002 };
  const both = plan(service({ ports: [sctp, tcp] }));
  assert.ok(both.kind === "serve");
  assert.deepEqual(both.loadBalancer.spec.ports?.map(({ name }) => name), ["web"]);
  assert.match(both.skipped[0]?.message ?? "", /port 38412 \(sig\): protocol SCTP/);
  assert.equal(plan(service({ ports: [sctp] })).kind, "refuse");
});

Deno.test("behind another load balancer, its addresses and the Service's own ports are the endpoints", () => {
  const object = service({ loadBalancerClass: "example.com/lb" });
  const behind = { cloudProvider: false };
  assert.equal(plan(object, behind).kind, "wait");
  object.status = { loadBalancer: { ingress: [{ ip: "192.0.2.1" }, { hostname: "lb.example" }] } };
  assert.deepEqual(served(object, behind).spec.endpoints, [{
    addresses: [{ ip: "192.0.2.1" }, { hostname: "lb.example" }],
    ports: [{ name: "http", port: 80, protocol: "TCP" }],
  }]);
});

Deno.test("whatever is served has equally many front and endpoint ports and fits the schema", () => {
  const port = fc.record({
    name: fc.option(fc.stringMatching(/^[a-z][a-z0-9]{0,9}$/), { nil: undefined }),
    port: fc.integer({ min: 1, max: 65535 }),
    protocol: fc.constantFrom("TCP", "UDP", "SCTP", undefined),
    nodePort: fc.option(fc.integer({ min: 30000, max: 32767 }), { nil: undefined }),
  });
  fc.assert(fc.property(fc.array(port), fc.boolean(), (ports, allocate) => {
    const object = service({
      ports: ports as ServicePort[],
      allocateLoadBalancerNodePorts: allocate,
    });
    const result = plan(object);
    if (result.kind !== "serve") return;
    const { spec } = result.loadBalancer;
    assert.ok(spec.ports!.length > 0);
    assert.equal(spec.ports?.length, spec.endpoints[0]?.ports?.length);
    assert.deepEqual(validateObject(loadBalancerResource, result.loadBalancer), []);
    assert.equal(spec.ports!.length + result.skipped.length, ports.length);
  }));
});
