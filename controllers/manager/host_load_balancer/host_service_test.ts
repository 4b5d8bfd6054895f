import assert from "node:assert/strict";
import type { Service } from "../../../apis/core/v1.ts";
import { hubServiceWith, loadBalancerWith } from "../loadbalancer/testdata.ts";
import {
  addressRequestOf,
  assignedAddresses,
  hostServiceStatus,
  isHostService,
  reservedAddresses,
} from "./host_service.ts";

const ours = { loadBalancerClass: "kubelb.k8c.io/host" };

Deno.test("only Services of type LoadBalancer and of the host's class are served", () => {
  assert.equal(isHostService(hubServiceWith(ours)), true);
  assert.equal(isHostService(hubServiceWith({})), false);
  assert.equal(isHostService(hubServiceWith({ ...ours, type: "ClusterIP" })), false);
  assert.equal(isHostService(hubServiceWith({ loadBalancerClass: "metallb" })), false);
});

Deno.test("a pool without the cluster's family gives what it has", () => {
  const families = (spec: Partial<Service["spec"]>, pool: ("IPv4" | "IPv6")[]) => {
    const request = addressRequestOf(hubServiceWith({ ...ours, ...spec }), pool);
    return [request.families, request.optional];
  };
  assert.deepEqual(families({ ipFamilies: ["IPv4"] }, ["IPv4", "IPv6"]), [["IPv4"], true]);
  assert.deepEqual(families({ ipFamilies: ["IPv4"] }, ["IPv6"]), [["IPv6"], true]);
  const dual = { ipFamilies: ["IPv6" as const, "IPv4" as const] };
  assert.deepEqual(families({ ...dual, ipFamilyPolicy: "PreferDualStack" }, ["IPv4", "IPv6"]), [
    ["IPv6", "IPv4"],
    true,
  ]);
  assert.deepEqual(families({ ...dual, ipFamilyPolicy: "RequireDualStack" }, ["IPv4"]), [
    ["IPv4", "IPv6"],
    false,
  ]);
});

Deno.test("what the load balancer asks for counts more than what the hub's API server fills in", () => {
  const service = hubServiceWith({ ...ours, ipFamilies: ["IPv4"], ipFamilyPolicy: "SingleStack" });
  const pool = ["IPv4", "IPv6"] as const;
  const asking = loadBalancerWith({ ipFamilies: ["IPv6"], ipFamilyPolicy: "PreferDualStack" });
  assert.deepEqual(addressRequestOf(service, pool, asking).families, ["IPv6", "IPv4"]);
  const silent = loadBalancerWith({});
  assert.deepEqual(addressRequestOf(service, pool, silent).families, ["IPv4"]);
});

Deno.test("addresses are reserved for a load balancer until it is deleted", () => {
  const loadBalancer = loadBalancerWith({});
  assert.deepEqual(reservedAddresses(undefined), []);
  assert.deepEqual(reservedAddresses(loadBalancer), []);
  loadBalancer.status = { loadBalancer: { ingress: [{ ip: "192.0.2.9" }] } };
  assert.deepEqual(reservedAddresses(loadBalancer), ["192.0.2.9"]);
  loadBalancer.metadata.deletionTimestamp = "2026-01-01T00:00:00Z";
  assert.deepEqual(reservedAddresses(loadBalancer), []);
});

Deno.test("the status says which address, or why there is none, and stays the same when asked again", () => {
  const service = hubServiceWith(ours, []);
  const assigned = { kind: "assigned", addresses: ["192.0.2.1"] } as const;
  service.status = hostServiceStatus(service, assigned, new Date(0));
  assert.deepEqual(assignedAddresses(service), ["192.0.2.1"]);
  assert.deepEqual(hostServiceStatus(service, assigned, new Date(9_000)), service.status);
  const full = { kind: "exhausted", message: "full" } as const;
  const { conditions, loadBalancer } = hostServiceStatus(service, full, new Date(9_000));
  assert.equal(conditions?.[0]?.reason, "AddressPoolExhausted");
  assert.deepEqual(loadBalancer?.ingress, []);
});
