import assert from "node:assert/strict";
import fc from "fast-check";
import { Index } from "./index.ts";

Deno.test("an object with several values is found under each", () => {
  const index = new Index<string[]>((values) => values);
  index.update("k", ["a", "b"], undefined);
  assert.deepEqual([...index.keys("a")], ["k"]);
  assert.deepEqual([...index.keys("b")], ["k"]);
  assert.deepEqual([...index.keys("c")], []);
});

Deno.test("a value whose last object goes is forgotten, one that others have is kept", () => {
  const index = new Index<string[]>((values) => values);
  index.update("k", ["a", "b"], undefined);
  index.update("l", ["b"], undefined);
  index.update("k", undefined, ["a", "b"]);
  assert.deepEqual([...index.values()], ["b"]);
});

Deno.test("an index always equals a scan of the objects", () => {
  const values = fc.array(fc.constantFrom("a", "b", "c"));
  const step = fc.tuple(fc.constantFrom("k", "l", "m"), fc.option(values, { nil: undefined }));
  fc.assert(fc.property(fc.array(step), (steps) => {
    const index = new Index<string[]>((object) => object);
    const objects = new Map<string, string[]>();
    for (const [key, object] of steps) {
      index.update(key, object, objects.get(key));
      if (object === undefined) objects.delete(key);
      else objects.set(key, object);
      for (const value of ["a", "b", "c"]) {
        const scanned = [...objects].filter(([, has]) => has.includes(value)).map(([key]) => key);
        assert.deepEqual([...index.keys(value)].toSorted(), scanned.toSorted());
      }
      const present = new Set([...objects.values()].flat());
      assert.deepEqual([...index.values()].toSorted(), [...present].toSorted());
    }
  }));
});
