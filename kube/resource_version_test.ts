import assert from "node:assert/strict";
import fc from "fast-check";
import { compareResourceVersions, isNewer } from "./resource_version.ts";

Deno.test("resource versions compare as the integers they are, of any size", () => {
  const version = fc.bigInt({ min: 0n, max: 2n ** 70n });
  fc.assert(fc.property(version, version, (left, right) => {
    const order = Math.sign(compareResourceVersions(String(left), String(right)));
    assert.equal(order, left < right ? -1 : left > right ? 1 : 0);
  }));
});

Deno.test("any version is newer than none", () => {
  assert(isNewer("0", undefined));
  assert(!isNewer(undefined, "1"));
  assert(!isNewer(undefined, undefined));
});
