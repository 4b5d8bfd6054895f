import assert from "node:assert/strict";
import fc from "fast-check";
import { differences } from "./object_differences.ts";

Deno.test("fields that others added are no difference", () => {
  const actual = {
    spec: { type: "LoadBalancer", healthCheck: {} },
    metadata: { labels: { a: "1" } },
  };
  assert.deepEqual(differences({ spec: { type: "LoadBalancer" } }, actual), []);
});

Deno.test("differences are named by their path", () => {
  const desired = {
    spec: { ports: [{ port: 1 }], type: "A", sourceRanges: ["x"] },
    metadata: { labels: { a: "1" } },
  };
  const actual = { spec: { ports: [{ port: 1, name: "x" }], type: "A" }, metadata: {} };
  assert.deepEqual(differences(desired, actual), [
    "spec.ports",
    "spec.sourceRanges",
    "metadata.labels.a",
  ]);
});

Deno.test("an undefined field wants nothing", () => {
  assert.deepEqual(differences({ a: undefined }, { a: 1 }), []);
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
    assert.deepEqual(differences(desiredTree, merge(actual, desiredTree)), []);
  }));
});
