import assert from "node:assert/strict";
import { hubCidrs, type HubFacts } from "./hub_cidrs.ts";

const nothing: HubFacts = {
  server: "https://hub.example:6443",
  apiServers: [],
  kubernetes: undefined,
  serviceCidrs: [],
  nodes: [],
};

Deno.test("API servers, Service ranges and pod ranges are the hub's own", () => {
  const cidrs = hubCidrs({
    server: "https://192.0.2.1:6443",
    apiServers: [{
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name: "kubernetes" },
      addressType: "IPv4",
      endpoints: [{ addresses: ["192.0.2.1"] }, { addresses: ["192.0.2.2"] }],
    }],
    kubernetes: {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "kubernetes" },
      spec: { clusterIPs: ["10.96.0.1", "fd00::1"] },
    },
    serviceCidrs: [{
      apiVersion: "networking.k8s.io/v1",
      kind: "ServiceCIDR",
      metadata: { name: "kubernetes" },
      spec: { cidrs: ["10.96.0.0/12", "fd00::/112"] },
    }],
    nodes: [
      {
        apiVersion: "v1",
        kind: "Node",
        metadata: { name: "a" },
        spec: { podCIDR: "10.244.0.0/24" },
      },
      { apiVersion: "v1", kind: "Node", metadata: { name: "b" } },
    ],
  });
  assert.deepEqual(cidrs, [
    "10.244.0.0/24",
    "10.96.0.0/12",
    "10.96.0.1",
    "192.0.2.1",
    "192.0.2.2",
    "fd00::/112",
    "fd00::1",
  ]);
});

Deno.test("a server URL with a host name or an IPv6 address", () => {
  assert.deepEqual(hubCidrs(nothing), []);
  assert.deepEqual(hubCidrs({ ...nothing, server: "https://[2001:db8::1]:6443" }), ["2001:db8::1"]);
});
