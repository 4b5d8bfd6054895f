import assert from "node:assert/strict";
import { createLogger } from "../../base/logger.ts";
import type { ListenerCounts } from "./admin_client.ts";
import type { DescriptorBudget } from "./descriptor_budget.ts";
import { Inheritance } from "./inheritance.ts";
import { openFiles } from "./process_identity.ts";
import { livingProcess } from "./testing/living_process.ts";

const budget: DescriptorBudget = {
  listeners: 100,
  connections: 20,
  datagramClients: 40,
  draining: { addresses: 20, time: 60_000 },
};

/** A process with the limits, the arguments and the open files of an Envoy. */
async function withProcess(use: (pid: number) => Promise<void>): Promise<void> {
  const files = "exec 3<&0 4<&0 5<&0 6<&0 7<&0 8<&0 9<&0";
  const args = ["sh", "--concurrency", "2", "--drain-time-s", "60"];
  await using process = await livingProcess(args, files);
  await use(process.pid);
}

/** An Envoy that answers so when it is asked what drains. */
function envoy(pid: number, listeners: () => Promise<ListenerCounts>) {
  const status: { state: "running"; pid?: number } = { state: "running", pid };
  return { status, listeners };
}

function setUp() {
  const warnings: string[] = [];
  const log = createLogger({ level: "warn", write: (line) => warnings.push(line) });
  return { inheritance: new Inheritance(budget, log), warnings };
}

Deno.test("what drains counts with the addresses that it may have, until the Envoy ends", async () => {
  await withProcess(async (pid) => {
    const { inheritance } = setUp();
    await inheritance.read("a", envoy(pid, () => Promise.resolve({ active: 1, draining: 1 })));
    await inheritance.read("b", envoy(pid, () => Promise.resolve({ active: 1, draining: 0 })));
    assert.deepEqual([...inheritance.drains], [["a", 2]]);
    inheritance.forget("a");
    assert.equal(inheritance.drains.size, 0);
  });
});

Deno.test("more than an Envoy has open beside its listeners does not count", async () => {
  await withProcess(async (pid) => {
    const { inheritance } = setUp();
    await inheritance.read("a", envoy(pid, () => Promise.resolve({ active: 1, draining: 1_000 })));
    const open = openFiles(pid)!;
    assert.deepEqual([...inheritance.drains], [["a", Math.floor(open / 2) - 1]]);
  });
});

Deno.test("an Envoy that does not say what drains has as much draining as it may", async () => {
  await withProcess(async (pid) => {
    const { inheritance, warnings } = setUp();
    await inheritance.read("a", envoy(pid, () => Promise.reject(new Error("no answer"))));
    assert.deepEqual([...inheritance.drains], [[
      "a",
      inheritance.budgetOf("a").draining.addresses,
    ]]);
    assert.match(warnings.join(), /cannot ask an Envoy what drains.*no answer/);
  });
});

Deno.test("nothing is inherited from an Envoy that ends while it is asked", async () => {
  await withProcess(async (pid) => {
    const { inheritance } = setUp();
    const ending = envoy(pid, () => {
      delete ending.status.pid;
      return Promise.resolve({ active: 1, draining: 1 });
    });
    await inheritance.read("a", ending);
    assert.equal(inheritance.drains.size, 0);
  });
});
