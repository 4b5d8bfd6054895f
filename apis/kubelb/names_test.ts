import assert from "node:assert/strict";
import {
  envoyWorkloadName,
  hubServiceName,
  loadBalancerOfHubService,
  nodePortServiceName,
  tenantNamespace,
  tenantOfNamespace,
} from "./names.ts";

Deno.test("a tenant's namespace has the prefix once", () => {
  assert.equal(tenantNamespace("acme"), "tenant-acme");
  assert.equal(tenantNamespace("tenant-acme"), "tenant-acme");
  assert.equal(tenantOfNamespace("tenant-acme"), "acme");
  assert.equal(tenantOfNamespace("kube-system"), undefined);
});

Deno.test("a hub Service tells its load balancer", () => {
  assert.equal(loadBalancerOfHubService(hubServiceName("1-2-3")), "1-2-3");
  assert.equal(loadBalancerOfHubService("kubernetes"), undefined);
});

Deno.test("objects are named as upstream names them", () => {
  assert.equal(hubServiceName("1-2-3"), "envoy-1-2-3");
  assert.equal(envoyWorkloadName("tenant-acme"), "envoy-tenant-acme");
  assert.equal(nodePortServiceName("web"), "web-nodeport");
});
