import assert from "node:assert/strict";
import { findCondition } from "../../../apis/kubelb/conditions.ts";
import { accepted, loadBalancerStatus, type Verdict } from "./load_balancer_status.ts";
import { loadBalancerWith } from "./testdata.ts";

function readyWhen(programmed: Verdict | undefined) {
  const { conditions } = loadBalancerStatus({
    loadBalancer: loadBalancerWith({ type: "LoadBalancer", ports: [{ port: 80 }] }),
    acceptance: accepted,
    hubService: {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "envoy-web" },
      spec: {},
      status: { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } },
    },
    runtime: "host",
    resolution: { reason: "Resolved", message: "all endpoints were found" },
    hasEndpoints: true,
    programmed,
    now: new Date(0),
  });
  return findCondition(conditions, "Ready");
}

Deno.test("a load balancer is ready while Envoys have not answered yet", () => {
  assert.equal(readyWhen(undefined)?.status, "True");
  const pending = { status: "Unknown", reason: "Pending", message: "0/1" } as const;
  assert.equal(readyWhen(pending)?.status, "True");
});

Deno.test("what Envoy refuses, or no Envoy can serve, is not ready", () => {
  const rejected = { status: "False", reason: "Rejected", message: "cannot bind" } as const;
  const ready = readyWhen(rejected);
  assert.equal(ready?.status, "False");
  assert.equal(ready?.reason, "Rejected");
  assert.equal(ready?.message, "cannot bind");
});
