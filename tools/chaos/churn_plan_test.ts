import assert from "node:assert/strict";
import { seededRandom } from "../../base/random.ts";
import { churnPlan, fillCount } from "./churn_plan.ts";

const take = (seed: number, size: number, count: number) =>
  churnPlan(seededRandom(seed), size).take(count).toArray();

Deno.test("a seed repeats its changes, and another makes others", () => {
  assert.deepEqual(take(7, 10, 200), take(7, 10, 200));
  assert.notDeepEqual(take(7, 10, 200), take(8, 10, 200));
});

Deno.test("the load balancers are created first, then their number stays near the size", () => {
  for (const size of [1, 2, 10, 1000]) {
    const changes = take(size, size, 5_000);
    assert.ok(changes.slice(0, fillCount(size)).every(({ kind }) => kind === "create"));
    const alive = new Set<number>();
    for (const [index, { kind, number }] of changes.entries()) {
      assert.equal(alive.has(number), kind !== "create", "only what there is changes");
      if (kind === "create") alive.add(number);
      if (kind === "delete") alive.delete(number);
      assert.ok(alive.size <= size);
      if (index < fillCount(size)) continue;
      assert.ok(alive.size >= Math.min(fillCount(size), size - 1), `${alive.size} of ${size}`);
    }
  }
});

Deno.test("every kind of change has its share", () => {
  const changes = take(1, 20, 2_000);
  for (const kind of ["create", "ports", "ranges", "delete"]) {
    const share = changes.filter((change) => change.kind === kind).length / changes.length;
    assert.ok(share > 0.08, `${kind}: ${share}`);
  }
});
