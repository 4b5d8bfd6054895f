import assert from "node:assert/strict";
import fc from "fast-check";
import { FreePorts } from "./free_ports.ts";

Deno.test("an empty set has no next number", () => {
  assert.equal(new FreePorts(10, 20).next(10), undefined);
});

Deno.test("numbers outside the bounds are never in the set", () => {
  const free = new FreePorts(10, 20);
  free.add(9);
  free.add(21);
  assert.equal(free.size, 0);
  assert.equal(free.has(9), false);
});

Deno.test("the search goes on at the front when nothing is left at the end", () => {
  const free = new FreePorts(10_000, 29_999);
  free.add(10_003);
  assert.equal(free.next(29_999), 10_003);
  assert.equal(free.next(50_000), 10_003);
});

Deno.test("the set agrees with a plain one after any history", () => {
  const number = fc.integer({ min: 95, max: 1_200 });
  const command = fc.record({ kind: fc.constantFrom("add", "delete", "next"), number });
  fc.assert(fc.property(fc.array(command, { maxLength: 300 }), (commands) => {
    const free = new FreePorts(100, 1_150);
    const model = new Set<number>();
    for (const { kind, number } of commands) {
      if (kind === "add") {
        free.add(number);
        if (number >= 100 && number <= 1_150) model.add(number);
      } else if (kind === "delete") {
        free.delete(number);
        model.delete(number);
      }
      const from = number < 100 || number > 1_150 ? 100 : number;
      const sorted = [...model].sort((a, b) => a - b);
      assert.equal(free.next(number), sorted.find((n) => n >= from) ?? sorted[0]);
      assert.equal(free.size, model.size);
    }
  }));
});
