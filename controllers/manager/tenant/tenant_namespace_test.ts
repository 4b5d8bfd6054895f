import assert from "node:assert/strict";
import { namespaceOfTenant, tenantNameProblem } from "./tenant_namespace.ts";

Deno.test("tenants whose names differ never share a namespace", () => {
  assert.equal(namespaceOfTenant("a"), "tenant-a");
  assert.equal(namespaceOfTenant("tenant-a"), "tenant-tenant-a");
});

Deno.test("a name that makes no namespace name is told what to do", () => {
  assert.equal(tenantNameProblem("acme"), undefined);
  assert.equal(tenantNameProblem("a".repeat(56)), undefined);
  assert.match(tenantNameProblem("a".repeat(57)) ?? "", /at most 56/);
  assert.match(tenantNameProblem("acme.example.com") ?? "", /lower case letters, digits and dash/);
});
