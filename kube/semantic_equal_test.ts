import assert from "node:assert/strict";
import fc from "fast-check";
import { semanticEqual } from "./semantic_equal.ts";

Deno.test("what the API server drops when it stores an object is no difference", () => {
  assert(semanticEqual({ a: 1, b: undefined }, { a: 1 }));
  assert(semanticEqual({ a: 1 }, { a: 1, b: null }));
  assert(semanticEqual({ a: [] }, {}));
  assert(semanticEqual({ loadBalancer: { ingress: [] } }, undefined));
});

Deno.test("values that mean something are different from nothing", () => {
  assert(!semanticEqual({ a: 0 }, {}));
  assert(!semanticEqual({ a: false }, {}));
  assert(!semanticEqual({ a: "" }, {}));
});

Deno.test("order counts in lists, not in mappings", () => {
  assert(!semanticEqual([1, 2], [2, 1]));
  assert(semanticEqual({ a: 1, b: 2 }, { b: 2, a: 1 }));
});

Deno.test("a list is never a mapping", () => {
  assert(!semanticEqual([1], { 0: 1 }));
});

Deno.test("equality is reflexive and symmetric, and survives a round trip through JSON", () => {
  const value = fc.object({ values: [fc.string(), fc.integer(), fc.boolean(), fc.constant(null)] });
  fc.assert(fc.property(value, value, (left, right) => {
    assert(semanticEqual(left, structuredClone(left)));
    assert(semanticEqual(left, JSON.parse(JSON.stringify(left))));
    assert.equal(semanticEqual(left, right), semanticEqual(right, left));
  }));
});
