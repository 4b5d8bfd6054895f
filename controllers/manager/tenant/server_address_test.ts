import assert from "node:assert/strict";
import type { ConfigMap } from "../../../apis/core/v1.ts";
import type { EndpointSlice } from "../../../apis/discovery/v1.ts";
import { serverAddress } from "./server_address.ts";

const own = "https://10.0.0.1:6443";

function clusterInfo(kubeconfig: string): ConfigMap {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "cluster-info", namespace: "kube-public" },
    data: { kubeconfig },
  };
}

function endpoints(address: string, portName = "https"): EndpointSlice {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: "kubernetes", namespace: "default" },
    addressType: "IPv4",
    endpoints: [{ addresses: [address] }],
    ports: [{ name: portName, port: 6443 }],
  };
}

const info = clusterInfo("clusters: [{ name: '', cluster: { server: 'https://hub:443' } }]");

Deno.test("the operator's URL comes before everything else", () => {
  const flag = "https://example.com";
  assert.equal(serverAddress({ flag, clusterInfo: info, own }), flag);
});

Deno.test("kubeadm's cluster-info comes before the API server's endpoints", () => {
  const sources = { clusterInfo: info, kubernetesEndpoints: endpoints("192.0.2.1"), own };
  assert.equal(serverAddress(sources), "https://hub:443");
});

Deno.test("the API server's own endpoint is next, in brackets when it is IPv6", () => {
  const at = (address: string) => ({ kubernetesEndpoints: endpoints(address), own });
  assert.equal(serverAddress(at("192.0.2.1")), "https://192.0.2.1:6443");
  assert.equal(serverAddress(at("2001:db8::1")), "https://[2001:db8::1]:6443");
});

Deno.test("what says nothing usable is passed over, down to the manager's own URL", () => {
  for (const text of ["", "][", "clusters: []", "clusters: 3", "clusters: [{}]", "null"]) {
    const sources = {
      clusterInfo: clusterInfo(text),
      kubernetesEndpoints: endpoints("192.0.2.1", "other"),
      own,
    };
    assert.equal(serverAddress(sources), own, text);
  }
});
