import assert from "node:assert/strict";
import { isAnnotationKey, isQualifiedName } from "./qualified_name.ts";

const names: Record<string, boolean> = {
  "simple": true,
  "metallb.io/address-pool": true,
  "example.com/With_Under.score-1": true,
  [`a/${"x".repeat(63)}`]: true,
  [`a/${"x".repeat(64)}`]: false,
  "": false,
  "/x": false,
  "a/": false,
  "a/b/c": false,
  "white space": false,
  "-begins": false,
  "ends-": false,
  "under_score.io/x": false,
  "Example.com/x": false,
  [`${"a".repeat(254)}/x`]: false,
};

for (const [name, qualified] of Object.entries(names)) {
  const shown = JSON.stringify(name.slice(0, 30));
  Deno.test(`${shown} is ${qualified ? "a" : "no"} qualified name`, () => {
    assert.equal(isQualifiedName(name), qualified);
  });
}

Deno.test("classes are what Kubernetes takes as one", () => {
  for (const good of ["metallb", "MetalLB_2.x", "example.com/metallb", "kubelb.k8c.io/host", "7"]) {
    assert.ok(isQualifiedName(good), good);
  }
  const long = "x".repeat(64);
  for (
    const bad of ["x y", "", "a/b/c", "/a", "a/", "Example.com/a", "-a", "a.", long, `a/${long}`]
  ) {
    assert.ok(!isQualifiedName(bad), bad);
  }
});

Deno.test("the key of an annotation may be in upper case throughout", () => {
  assert.equal(isAnnotationKey("Example.com/X"), true);
  assert.equal(isAnnotationKey("a/b/c"), false);
});
