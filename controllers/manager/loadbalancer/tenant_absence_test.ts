import assert from "node:assert/strict";
import { loadBalancerStatus } from "./load_balancer_status.ts";
import { hubServiceWith, loadBalancerWith } from "./testdata.ts";
import { patienceLeft, tenantNotFound, tenantPatience } from "./tenant_absence.ts";

const since = Date.parse("2026-01-01T00:00:00Z");

function told(reason: string) {
  const loadBalancer = loadBalancerWith({});
  const lastTransitionTime = new Date(since).toISOString();
  const condition = { type: "Accepted", status: "False" as const, reason, message: "" };
  loadBalancer.status = { conditions: [{ ...condition, lastTransitionTime }] };
  return loadBalancer;
}

Deno.test("the message names the Tenant that is missing, or says that the namespace can have none", () => {
  assert.match(tenantNotFound("tenant-acme").message, /there is no Tenant acme/);
  assert.match(tenantNotFound("default").message, /namespace default is no tenant's/);
  assert.equal(tenantNotFound("default").status, "False");
});

Deno.test("patience begins when the absence is told, and ends", () => {
  const loadBalancer = told("TenantNotFound");
  assert.equal(patienceLeft(loadBalancer, since + 1_000), tenantPatience - 1_000);
  assert.equal(patienceLeft(loadBalancer, since + tenantPatience), 0);
  assert.equal(patienceLeft(loadBalancer, since + 10 * tenantPatience), 0);
});

Deno.test("one whose absence was not told yet has all of it, and a clock that went back adds none", () => {
  assert.equal(patienceLeft(loadBalancerWith({}), since), tenantPatience);
  assert.equal(patienceLeft(told("Invalid"), since + 10 * tenantPatience), tenantPatience);
  assert.equal(patienceLeft(told("TenantNotFound"), since - 1_000), tenantPatience);
});

Deno.test("one that was refused for another reason long ago has all of it, once and not again", () => {
  const acceptance = tenantNotFound("tenant-acme");
  const statusAt = (now: number, loadBalancer = told("Invalid")) =>
    loadBalancerStatus({
      loadBalancer,
      acceptance,
      hubService: hubServiceWith({}),
      runtime: "host",
      resolution: undefined,
      hasEndpoints: false,
      programmed: undefined,
      portConflict: undefined,
      now: new Date(now),
    });
  const gone = since + 10 * tenantPatience;
  const missing = { ...loadBalancerWith({}), status: statusAt(gone) };
  assert.equal(patienceLeft(missing, gone), tenantPatience);
  const still = { ...missing, status: statusAt(gone + 2_000, missing) };
  assert.equal(patienceLeft(still, gone + 2_000), tenantPatience - 2_000);
});
