import assert from "node:assert/strict";
import fc from "fast-check";
import { descriptorBudget } from "./descriptor_budget.ts";

const line = (limit: number | string) =>
  `Max open files            ${limit}                20000     files\n`;

Deno.test("where there are few file descriptors, listeners may take two thirds of them", () => {
  const rest = { connections: 750, datagramClients: 1_500 };
  assert.deepEqual(descriptorBudget(2, line(10_000)), { ...rest, listeners: 3_000 });
  assert.deepEqual(descriptorBudget(1, line(10_000)), { ...rest, listeners: 6_000 });
});

Deno.test("where there are many, clients get what all possible listeners leave", () => {
  const { connections, listeners, datagramClients } = descriptorBudget(2, line(1_048_576));
  assert.equal(listeners, 131_072);
  assert.equal(datagramClients, 100_000);
  assert.equal(connections, 196_358);
});

Deno.test("what a process may open is never given out twice", () => {
  const limit = fc.integer({ min: 1_300, max: 4_000_000 });
  fc.assert(fc.property(limit, fc.integer({ min: 1, max: 128 }), (limit, workers) => {
    const { connections, listeners, datagramClients } = descriptorBudget(workers, line(limit));
    assert(connections * 2 + listeners * workers + datagramClients <= limit - 1_000);
    assert(connections > 0 && datagramClients > 0);
  }));
});

Deno.test("without a limit there is enough of both", () => {
  const { connections, listeners } = descriptorBudget(2, line("unlimited"));
  assert.equal(connections, 1_000_000);
  assert.equal(listeners, 131_072);
});

Deno.test("this process has a limit", () => {
  assert(descriptorBudget(2).connections >= 50);
});
