import assert from "node:assert/strict";
import fc from "fast-check";
import { descriptorBudget } from "./descriptor_budget.ts";

const line = (limit: number | string) =>
  `Max open files            ${limit}                20000     files\n`;

const use = (concurrency: number) => ({ concurrency, drainSeconds: 60 });

Deno.test("where there are few file descriptors, listeners may take five eighths of them", () => {
  // 9,000 are divided, and 400 are there for what drains.
  const rest = { connections: 562, datagramClients: 1_125 };
  assert.deepEqual(descriptorBudget(use(2), line(10_000)), {
    ...rest,
    listeners: 2_812,
    draining: { addresses: 762, time: 60_000 },
  });
  assert.equal(descriptorBudget(use(1), line(10_000)).listeners, 5_625);
});

Deno.test("where there are many, clients get what all possible listeners leave", () => {
  const { connections, listeners, draining, datagramClients } = descriptorBudget(
    use(2),
    line(1_048_576),
  );
  assert.equal(listeners, 131_072);
  assert.equal(draining.addresses, 10_000);
  assert.equal(datagramClients, 100_000);
  assert.equal(connections, 191_358);
});

Deno.test("what a process may open is never given out twice", () => {
  const limit = fc.integer({ min: 1_320, max: 4_000_000 });
  fc.assert(fc.property(limit, fc.integer({ min: 1, max: 128 }), (limit, workers) => {
    const { connections, listeners, draining, datagramClients } = descriptorBudget(
      use(workers),
      line(limit),
    );
    const sockets = (listeners + draining.addresses) * workers;
    assert(connections * 2 + sockets + datagramClients <= limit - 600);
    assert(connections > 0 && datagramClients > 0 && draining.addresses > 0);
  }));
});

Deno.test("without a limit there is enough of both", () => {
  const { connections, listeners } = descriptorBudget(use(2), line("unlimited"));
  assert.equal(connections, 1_000_000);
  assert.equal(listeners, 131_072);
});

Deno.test("this process has a limit", () => {
  assert(descriptorBudget(use(2)).connections >= 50);
});
