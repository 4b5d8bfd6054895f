import assert from "node:assert/strict";
import { descriptorBudget } from "./descriptor_budget.ts";
import { processBudget } from "./process_budget.ts";

Deno.test("a process has the budget of the limit and the threads that it was started with", async () => {
  const script =
    "ulimit -n 1600; exec sh -c 'echo ready; read line' sh --concurrency 3 --drain-time-s 30";
  const process = new Deno.Command("sh", {
    args: ["-c", script],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const output = process.stdout.getReader();
  await output.read();
  const expected = descriptorBudget(
    { concurrency: 3, drainSeconds: 30 },
    "Max open files            1600                1600     files",
  );
  assert.deepEqual(processBudget(process.pid), expected);
  await process.stdin.close();
  await process.status;
  await output.cancel();
  assert.equal(processBudget(process.pid), undefined, "it has ended");
});

Deno.test("a process that is no Envoy of ours has none", () => {
  assert.equal(processBudget(Deno.pid), undefined);
});
