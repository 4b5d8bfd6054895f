import assert from "node:assert/strict";
import { defaultAnnotationProblems } from "./default_annotations.ts";

Deno.test("keys that no annotation can have are named with their field", () => {
  const config = {
    defaultAnnotations: { service: { "a/b/c": "x", "good/key": "y" }, all: { "": "z" } },
  };
  assert.deepEqual(defaultAnnotationProblems(config), [
    {
      field: "spec.defaultAnnotations.service",
      message: `"a/b/c" cannot be the key of an annotation`,
    },
    { field: "spec.defaultAnnotations.all", message: `"" cannot be the key of an annotation` },
  ]);
  assert.deepEqual(defaultAnnotationProblems({}), []);
});
