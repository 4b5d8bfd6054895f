import assert from "node:assert/strict";
import { loadBalancerWith } from "./testdata.ts";
import { udpIdleTimeout, udpIdleTimeoutProblem } from "./udp_idle_timeout.ts";

function asking(text: string) {
  const loadBalancer = loadBalancerWith({});
  loadBalancer.metadata.annotations = { "kubelb.k8c.io/udp-idle-timeout": text };
  return loadBalancer;
}

Deno.test("a client is remembered for a minute, one that asks for a name for ten seconds", () => {
  assert.equal(udpIdleTimeout(loadBalancerWith({}), 5353), 60);
  assert.equal(udpIdleTimeout(loadBalancerWith({}), 53), 10);
  assert.equal(udpIdleTimeoutProblem(loadBalancerWith({})), undefined);
});

Deno.test("the tenant decides otherwise", () => {
  assert.equal(udpIdleTimeout(asking("2m30s"), 5353), 150);
  assert.equal(udpIdleTimeout(asking("1500ms"), 53), 1.5);
  for (const text of ["1s", "2m30s", "1h"]) {
    assert.equal(udpIdleTimeoutProblem(asking(text)), undefined, text);
  }
});

Deno.test("what Envoy could not do, or nobody can mean, is a problem", () => {
  for (const text of ["", "0", "999ms", "-10s", "10", "soon", "1h1s"]) {
    assert.equal(
      udpIdleTimeoutProblem(asking(text)),
      `"${text}" is no duration from 1s to 1h, such as 10s`,
    );
  }
});
