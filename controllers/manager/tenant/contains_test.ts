import assert from "node:assert/strict";
import fc from "fast-check";
import { contains } from "./contains.ts";

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
});

Deno.test("every object holds itself, whatever is added to it", () => {
  fc.assert(fc.property(fc.object(), fc.string(), (object, extra) => {
    assert.equal(contains(object, object), true);
    assert.equal(contains({ ...object, [`${extra}!`]: 1 }, object), true);
  }));
});
