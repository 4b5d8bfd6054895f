import assert from "node:assert/strict";
import { asksForNodes, needsNodes } from "./test_files.ts";

Deno.test("tests that need nodes run when a path names them", () => {
  assert.equal(needsNodes("tests/nodes/cluster_test.ts"), true);
  assert.equal(needsNodes("tests/manager/tenant_test.ts"), false);
  assert.equal(asksForNodes({ paths: [] }), false);
  assert.equal(asksForNodes({ paths: ["tests"] }), false);
  assert.equal(asksForNodes({ paths: ["tests/nodes"] }), true);
  assert.equal(asksForNodes({ paths: ["tests/nodes/cluster_test.ts"] }), true);
});
