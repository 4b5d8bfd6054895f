import assert from "node:assert/strict";
import { testKind } from "./test_files.ts";

Deno.test("where a file lies says what its tests need", () => {
  assert.equal(testKind("tests/nodes/cluster_test.ts"), "nodes");
  assert.equal(testKind("tests/manager/tenant_test.ts"), "integration");
  assert.equal(testKind("kube/client_test.ts"), "unit");
});
