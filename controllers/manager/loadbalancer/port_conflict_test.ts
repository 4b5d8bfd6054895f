import assert from "node:assert/strict";
import type { Condition } from "../../../apis/meta/v1.ts";
import { conflictVerdict, withoutPastConflicts } from "./port_conflict.ts";
import { loadBalancerWith } from "./testdata.ts";

const conflicts = [
  { port: 10_001, holder: "tenant-acme/envoy-a" },
  { port: 10_002, holder: "tenant-acme/envoy-b" },
];

Deno.test("a conflict is there until other ports are assigned, and names who is served", () => {
  const there = conflictVerdict(conflicts, false);
  assert.deepEqual([there?.status, there?.reason], ["True", "PortConflict"]);
  const over = conflictVerdict(conflicts, true);
  assert.deepEqual([over?.status, over?.reason], ["False", "PortReassigned"]);
  for (const verdict of [there, over]) {
    assert.match(verdict?.message ?? "", /10001 belongs to the older Service tenant-acme\/envoy-a/);
    assert.match(verdict?.message ?? "", /10002 belongs to the older Service tenant-acme\/envoy-b/);
  }
});

Deno.test("without a conflict there is no condition", () => {
  assert.equal(conflictVerdict([], true), undefined);
  assert.equal(conflictVerdict([], false), undefined);
});

function condition(
  type: string,
  status: Condition["status"],
  observedGeneration: number,
): Condition {
  return { type, status, observedGeneration, reason: "R", message: "", lastTransitionTime: "" };
}

Deno.test("a mended conflict is told until the object changes, one that went by itself no longer", () => {
  const { generation = 0 } = loadBalancerWith({}).metadata;
  const kept = (conflict: Condition) => {
    const loadBalancer = loadBalancerWith({});
    loadBalancer.status = { conditions: [condition("Ready", "True", 1), conflict] };
    return withoutPastConflicts(loadBalancer).map(({ type }) => type);
  };
  const both = ["Ready", "PortConflict"];
  assert.deepEqual(kept(condition("PortConflict", "False", generation)), both);
  assert.deepEqual(kept(condition("PortConflict", "False", generation - 1)), ["Ready"]);
  assert.deepEqual(kept(condition("PortConflict", "True", generation)), ["Ready"]);
  assert.deepEqual(withoutPastConflicts(loadBalancerWith({})), []);
});
