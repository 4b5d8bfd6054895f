import assert from "node:assert/strict";
import { descriptorBudget } from "./descriptor_budget.ts";
import { processBudget } from "./process_budget.ts";
import { livingProcess } from "./testing/living_process.ts";

Deno.test("a process has the budget of the limit and the threads that it was started with", async () => {
  const args = ["sh", "--concurrency", "3", "--drain-time-s", "30"];
  const expected = descriptorBudget(
    { concurrency: 3, drainSeconds: 30 },
    "Max open files            1600                1600     files",
  );
  let pid;
  {
    await using process = await livingProcess(args, "ulimit -n 1600");
    pid = process.pid;
    assert.deepEqual(processBudget(pid), expected);
  }
  assert.equal(processBudget(pid), undefined, "it has ended");
});

Deno.test("a process that is no Envoy of ours has none", () => {
  assert.equal(processBudget(Deno.pid), undefined);
});
