import assert from "node:assert/strict";
import fc from "fast-check";
import type { Service } from "../../../apis/core/v1.ts";
import { planService } from "./service_plan.ts";
import { serviceStatusChange } from "./service_status.ts";
import { slimService } from "./slim_service.ts";

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const services: fc.Arbitrary<Service> = fc.record({
  apiVersion: fc.constant("v1"),
  kind: fc.constant("Service"),
  metadata: fc.record({
    name: fc.constant("web"),
    namespace: fc.constant("shop"),
    uid: fc.uuid(),
    labels: fc.constant({ app: "web" }),
    annotations: fc.dictionary(fc.constantFrom("a", "b"), fc.string()),
    deletionTimestamp: optional(fc.constant("2026-01-01T00:00:00Z")),
    finalizers: optional(fc.subarray([
      "kubelb.k8c.io/cleanup",
      "kubelb.k8c.io/lb-finalizer",
      "example.com/other",
    ])),
  }),
  spec: fc.record({
    type: fc.constantFrom("ClusterIP", "LoadBalancer"),
    selector: fc.constant({ app: "web" }),
    clusterIP: fc.constant("10.96.0.7"),
    ports: fc.array(fc.record({
      port: fc.integer({ min: 1, max: 65535 }),
      protocol: fc.constantFrom("TCP", "UDP", "SCTP"),
      nodePort: optional(fc.integer({ min: 30000, max: 32767 })),
    })),
    loadBalancerClass: optional(fc.constantFrom("kubelb", "other")),
    allocateLoadBalancerNodePorts: fc.boolean(),
    sessionAffinity: fc.constantFrom("None", "ClientIP"),
    externalTrafficPolicy: fc.constantFrom("Cluster", "Local"),
    healthCheckNodePort: optional(fc.constant(31000)),
    loadBalancerSourceRanges: optional(fc.constant(["10.0.0.0/8"])),
    loadBalancerIP: optional(fc.constant("192.0.2.1")),
    ipFamilies: fc.constant(["IPv4"]),
    ipFamilyPolicy: fc.constant("SingleStack"),
  }),
  status: fc.record({
    loadBalancer: fc.constantFrom({}, { ingress: [{ ip: "192.0.2.1" }] }),
  }),
}, { noNullPrototype: true }).map((object) => JSON.parse(JSON.stringify(object)));

Deno.test("everything that is decided about a Service can be decided about its slim copy", () => {
  fc.assert(
    fc.property(services, fc.boolean(), fc.boolean(), (service, useClass, cloudProvider) => {
      const options = {
        tenantNamespace: "tenant-acme",
        useLoadBalancerClass: useClass,
        cloudProvider,
      };
      const slim = slimService(service);
      assert.deepEqual(planService(slim, options), planService(service, options));
      if (planService(service, options).kind === "ignore") return;
      const input = { ingress: [], skipped: [], served: true, now: new Date(0) };
      assert.deepEqual(serviceStatusChange(slim, input), serviceStatusChange(service, input));
    }),
  );
});

Deno.test("of a Service that is none of our business only its identity is kept", () => {
  const service: Service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "db", namespace: "shop", uid: "1", annotations: { big: "x".repeat(1000) } },
    spec: { type: "ClusterIP", ports: [{ port: 5432 }] },
  };
  assert.deepEqual(slimService(service), {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "db", namespace: "shop", uid: "1" },
    spec: { type: "ClusterIP" },
  });
});
