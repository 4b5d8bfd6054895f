import assert from "node:assert/strict";
import { loadBalancerWith } from "../loadbalancer/testdata.ts";
import { proxyProtocolOf, proxyProtocolRemark } from "./proxy_protocol.ts";

function asking(version: string) {
  const loadBalancer = loadBalancerWith({});
  loadBalancer.metadata.annotations = { "kubelb.k8c.io/proxy-protocol": version };
  return loadBalancer;
}

Deno.test("version 2 is sent to endpoints of TCP ports", () => {
  assert.equal(proxyProtocolOf(asking("v2"), "TCP"), "v2");
  assert.equal(proxyProtocolOf(asking("v2"), "UDP"), undefined);
  assert.equal(proxyProtocolRemark(asking("v2")), undefined);
});

Deno.test("without the annotation there is nothing to send, and nothing to say", () => {
  assert.equal(proxyProtocolOf(loadBalancerWith({}), "TCP"), undefined);
  assert.equal(proxyProtocolRemark(loadBalancerWith({})), undefined);
});

Deno.test("other values are ignored, and that is said, with a long one cut", () => {
  for (const version of ["v1", "", "V2", "true"]) {
    assert.equal(proxyProtocolOf(asking(version), "TCP"), undefined);
    assert.match(
      proxyProtocolRemark(asking(version)) ?? "",
      /is "\w*", which is ignored: use "v2"/,
    );
  }
  assert(proxyProtocolRemark(asking("x".repeat(256 << 10)))!.length < 200);
});
