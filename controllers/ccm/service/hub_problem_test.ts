import assert from "node:assert/strict";
import type { LoadBalancer } from "../../../apis/kubelb/v1alpha1/mod.ts";
import type { Condition } from "../../../apis/meta/v1.ts";
import { hubProblem } from "./hub_problem.ts";

function loadBalancer(...conditions: Partial<Condition>[]): LoadBalancer {
  const complete = conditions.map((condition) => ({
    type: "Ready",
    status: "False" as const,
    reason: "Because",
    message: "said so",
    lastTransitionTime: "2026-01-01T00:00:00Z",
    ...condition,
  }));
  return {
    apiVersion: "kubelb.k8c.io/v1alpha1",
    kind: "LoadBalancer",
    metadata: { name: "a", namespace: "tenant-a", generation: 2 },
    spec: { endpoints: [] },
    status: { conditions: complete },
  };
}

Deno.test("the first condition that fails explains the others", () => {
  const problem = hubProblem(loadBalancer(
    { type: "Ready" },
    { type: "Programmed", reason: "Rejected" },
    { type: "AddressAssigned", reason: "AddressPoolExhausted", message: "all in use" },
  ));
  assert.deepEqual(problem, { reason: "AddressPoolExhausted", message: "all in use" });
});

Deno.test("what is well, unknown or only on its way is no problem", () => {
  assert.equal(hubProblem(undefined), undefined);
  assert.equal(hubProblem(loadBalancer()), undefined);
  assert.equal(hubProblem(loadBalancer({ type: "Accepted", status: "True" })), undefined);
  assert.equal(hubProblem(loadBalancer({ type: "Programmed", status: "Unknown" })), undefined);
  assert.equal(hubProblem(loadBalancer({ type: "AddressAssigned", reason: "Pending" })), undefined);
  assert.equal(hubProblem(loadBalancer({ type: "Programmed", reason: "NoEnvoy" })), undefined);
});

Deno.test("what was said of an older generation is not held against the present one", () => {
  const old = { type: "Accepted", reason: "Invalid", observedGeneration: 1 };
  assert.equal(hubProblem(loadBalancer(old)), undefined);
  assert.equal(hubProblem(loadBalancer({ ...old, observedGeneration: 2 }))?.reason, "Invalid");
});

Deno.test("a hub without addresses of nodes does not know why; the tenant's cluster does", () => {
  const missing = loadBalancer({
    type: "ResourcesResolved",
    reason: "AddressesNotFound",
    message: "no Addresses default",
  });
  assert.equal(hubProblem(missing)?.message, "no Addresses default");
  assert.deepEqual(hubProblem(missing, () => "no node is ready"), {
    reason: "AddressesNotFound",
    message: "no node is ready (the hub: no Addresses default)",
  });
  const other = loadBalancer({ type: "Accepted" });
  assert.equal(hubProblem(other, () => "no node is ready")?.message, "said so");
});
