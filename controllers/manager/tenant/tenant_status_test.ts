import assert from "node:assert/strict";
import type { Tenant } from "../../../apis/kubelb/v1alpha1/mod.ts";
import { tenantStateStatus } from "./tenant_state.ts";
import { type TenantProgress, tenantStatus } from "./tenant_status.ts";

const tenant: Tenant = {
  apiVersion: "kubelb.k8c.io/v1alpha1",
  kind: "Tenant",
  metadata: { name: "acme", generation: 4 },
  spec: {},
};

Deno.test("each phase has its own reason, and only Ready is true", () => {
  const table: [TenantProgress, string, string][] = [
    [{ phase: "Ready" }, "True", "Reconciled"],
    [{ phase: "Pending", message: "m" }, "False", "Pending"],
    [{ phase: "Terminating", message: "m" }, "False", "Terminating"],
    [{ phase: "Failed", reason: "Invalid", message: "m" }, "False", "Invalid"],
  ];
  for (const [progress, status, reason] of table) {
    const result = tenantStatus(tenant, progress, new Date(0));
    assert.equal(result.phase, progress.phase);
    assert.equal(result.observedGeneration, 4);
    assert.deepEqual(
      [result.conditions?.[0]?.status, result.conditions?.[0]?.reason],
      [status, reason],
    );
  }
});

Deno.test("a tenant's state keeps its time until something else changes", () => {
  const version = { gitVersion: "1", edition: "CE" };
  const first = tenantStateStatus(undefined, version, false, new Date(1_000));
  assert.equal(first.lastUpdated, "1970-01-01T00:00:01Z");
  const later = new Date(9_000);
  assert.deepEqual(tenantStateStatus(first, version, false, later), first);
  assert.equal(tenantStateStatus(first, version, true, later).lastUpdated, "1970-01-01T00:00:09Z");
});
