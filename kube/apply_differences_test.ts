import assert from "node:assert/strict";
import fc from "fast-check";
import { applyDifferences } from "./apply_differences.ts";

Deno.test("fields that others added are no difference", () => {
  const actual = {
    spec: { type: "LoadBalancer", healthCheck: {} },
    metadata: { labels: { a: "1" } },
  };
  assert.deepEqual(applyDifferences({ spec: { type: "LoadBalancer" } }, actual), []);
});

Deno.test("differences are named by their path", () => {
  const desired = {
    spec: { ports: [{ port: 1 }], type: "A", sourceRanges: ["x"] },
    metadata: { labels: { a: "1" } },
  };
  const actual = { spec: { ports: [{ port: 1, name: "x" }], type: "A" }, metadata: {} };
  assert.deepEqual(applyDifferences(desired, actual), [
    "spec.ports",
    "spec.sourceRanges",
    "metadata.labels.a",
  ]);
});

Deno.test("an undefined field wants nothing", () => {
  assert.deepEqual(applyDifferences({ a: undefined }, { a: 1 }), []);
});

Deno.test("whatever is applied to an object is no difference any more", () => {
  const tree = fc.letrec((tie) => ({
    value: fc.oneof({ depthSize: "small" }, fc.string(), fc.integer(), tie("object")),
    object: fc.dictionary(fc.constantFrom("a", "b", "c"), tie("value")),
  })).object;
  fc.assert(fc.property(tree, tree, (desired, actual) => {
    const merge = (to: unknown, from: Record<string, unknown>): Record<string, unknown> => {
      const base = typeof to === "object" && to !== null
        ? { ...to } as Record<string, unknown>
        : {};
      for (const [key, value] of Object.entries(from)) {
        base[key] = typeof value === "object" && value !== null
          ? merge(base[key], value as Record<string, unknown>)
          : value;
      }
      return base;
    };
    const desiredTree = desired as Record<string, unknown>;
    assert.deepEqual(applyDifferences(desiredTree, merge(actual, desiredTree)), []);
  }));
});

const contains = (actual: unknown, desired: unknown) =>
  applyDifferences(desired, actual).length === 0;

Deno.test("fields that only the actual object has do not count", () => {
  assert.equal(contains({ a: 1, b: { c: 2, d: 3 } }, { b: { c: 2 } }), true);
  assert.equal(contains({ a: 1 }, { b: { c: 2 } }), false);
  assert.equal(contains({ b: { c: 3 } }, { b: { c: 2 } }), false);
});

Deno.test("lists are compared as a whole, so that an added rule is noticed", () => {
  assert.equal(contains({ rules: [1, 2] }, { rules: [1] }), false);
  assert.equal(contains({ rules: [1, 2] }, { rules: [1, 2] }), true);
});

Deno.test("further owners are not ours to remove", () => {
  const actual = { ownerReferences: [{ uid: "other" }, { uid: "u", controller: false }] };
  assert.equal(contains(actual, { ownerReferences: [{ uid: "u" }] }), true);
  assert.equal(contains(actual, { ownerReferences: [{ uid: "v" }] }), false);
  const object = { metadata: actual };
  const wanted = (uid: string) => ({ metadata: { ownerReferences: [{ uid }] } });
  assert.deepEqual(applyDifferences(wanted("u"), object), []);
  assert.deepEqual(applyDifferences(wanted("v"), object), ["metadata.ownerReferences"]);
});

Deno.test("every object holds itself, whatever is added to it", () => {
  // What JSON can say: no API object holds NaN, which equals nothing.
  const field = fc.oneof(fc.jsonValue(), fc.constant(undefined));
  const objects = fc.dictionary(fc.string(), field);
  fc.assert(fc.property(objects, fc.string(), (object, extra) => {
    assert.equal(contains(object, object), true);
    assert.equal(contains({ [`${extra}!`]: 1, ...object }, object), true);
  }));
});
