import assert from "node:assert/strict";
import type { LoadBalancerIngress, Service } from "../../../apis/core/v1.ts";
import {
  acceptedCondition,
  sameAddresses,
  servedCondition,
  serviceStatusChange,
} from "./service_status.ts";

const now = new Date("2026-01-01T00:00:00Z");
const skipped = [{ reason: "NodePortsDisabled" as const, message: "port 80 has no node port" }];

function service(status: NonNullable<Service["status"]> = {}): Service {
  return { apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec: {}, status };
}

Deno.test("addresses of the hub are written when they differ, and removed when it has none", () => {
  const ingress: LoadBalancerIngress[] = [{ ip: "192.0.2.1" }];
  const input = { skipped: [], served: true, now };
  assert.deepEqual(serviceStatusChange(service(), { ...input, ingress }), {
    loadBalancer: { ingress },
  });
  const written = service({ loadBalancer: { ingress: [{ ip: "192.0.2.1", ipMode: "VIP" }] } });
  assert.equal(serviceStatusChange(written, { ...input, ingress }), undefined);
  assert.deepEqual(serviceStatusChange(written, { ...input, ingress: [] }), {
    loadBalancer: { ingress: [] },
  });
  assert.equal(serviceStatusChange(service(), { ...input, ingress: [] }), undefined);
});

Deno.test("addresses that another implementation owns are never touched", () => {
  const theirs = service({ loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } });
  const input = { ingress: undefined, skipped: [], served: true, now };
  assert.equal(serviceStatusChange(theirs, input), undefined);
});

Deno.test("a Service that cannot be served says so once", () => {
  const input = { ingress: [], skipped, served: false, now };
  const change = serviceStatusChange(service(), input);
  assert.deepEqual(change?.conditions, [{
    type: acceptedCondition,
    status: "False",
    reason: "NodePortsDisabled",
    message: "port 80 has no node port",
    lastTransitionTime: "2026-01-01T00:00:00Z",
  }]);
  const written = service({ conditions: change?.conditions ?? [] });
  const later = { ...input, now: new Date("2026-01-02T00:00:00Z") };
  assert.equal(serviceStatusChange(written, later), undefined);
});

Deno.test("ports that are left out are told although the others are served", () => {
  const change = serviceStatusChange(service(), { ingress: [], skipped, served: true, now });
  assert.equal(change?.conditions?.[0]?.status, "True");
  assert.equal(change?.conditions?.[0]?.reason, "PortsSkipped");
});

Deno.test("the condition goes when there is nothing to tell any more", () => {
  const told = serviceStatusChange(service(), { ingress: [], skipped, served: false, now });
  const written = service({ conditions: told?.conditions ?? [] });
  const input = { ingress: [], skipped: [], served: true, now };
  assert.deepEqual(serviceStatusChange(written, input), { loadBalancer: { ingress: [] } });
});

Deno.test("addresses are compared as the API server stores them, in order", () => {
  assert.ok(sameAddresses([{ ip: "a" }], [{ ip: "a", ipMode: "VIP" }]));
  assert.ok(!sameAddresses([{ ip: "a" }], [{ ip: "a", ipMode: "Proxy" }]));
  assert.ok(!sameAddresses([{ ip: "a" }, { ip: "b" }], [{ ip: "b" }, { ip: "a" }]));
  assert.ok(sameAddresses([{ hostname: "h" }], [{ hostname: "h" }]));
});

Deno.test("what the hub says is wrong is told until it says so no more", () => {
  const problem = { reason: "AddressPoolExhausted", message: "all addresses are in use" };
  const input = { ingress: [], skipped: [], served: true, now };
  const told = serviceStatusChange(service(), { ...input, problem });
  assert.deepEqual(told?.conditions?.map(({ type, status, reason }) => [type, status, reason]), [
    [servedCondition, "False", "AddressPoolExhausted"],
  ]);
  const after = service({ conditions: told!.conditions! });
  assert.equal(serviceStatusChange(after, { ...input, problem }), undefined);
  assert.deepEqual(serviceStatusChange(after, input), { loadBalancer: { ingress: [] } });
});
