import assert from "node:assert/strict";
import fc from "fast-check";
import { matchGlob } from "./glob.ts";

Deno.test("patterns match as Go's path.Match does", () => {
  // Most rows are those of Go's own path/match_test.go.
  const table: [pattern: string, text: string, matches: boolean][] = [
    ["abc", "abc", true],
    ["*", "abc", true],
    ["*c", "abc", true],
    ["a*", "a", true],
    ["a*", "abc", true],
    ["a*", "ab/c", false],
    ["a*/b", "abc/b", true],
    ["a*/b", "a/c/b", false],
    ["a*b*c*d*e*/f", "axbxcxdxe/f", true],
    ["a*b*c*d*e*/f", "axbxcxdxexxx/fff", false],
    ["ab[c]", "abc", true],
    ["ab[b-d]", "abc", true],
    ["ab[e-g]", "abc", false],
    ["ab[^c]", "abc", false],
    ["ab[^e-g]", "abc", true],
    ["a\\*b", "a*b", true],
    ["a\\*b", "ab", false],
    ["a?b", "a☺b", true],
    ["a[^a]b", "a☺b", true],
    ["a???b", "a☺b", false],
    ["[a-ζ]*", "α", true],
    ["*[a-ζ]", "A", false],
    ["a?b", "a/b", false],
    ["a*b", "a/b", false],
    ["a[^x]b", "a/b", true],
    ["[\\]a]", "]", true],
    ["[\\-]", "-", true],
    ["[x\\-]", "x", true],
    ["[x\\-]", "z", false],
    ["", "", true],
    ["", "x", false],
    ["metallb.universe.tf/*", "metallb.universe.tf/address-pool", true],
    ["metallb.universe.tf/*", "metallb.universe.tf", false],
    ["*.io/*", "cert-manager.io/issuer", true],
  ];
  for (const [pattern, text, matches] of table) {
    assert.equal(matchGlob(pattern, text), matches, `${pattern} on ${text}`);
  }
});

Deno.test("a malformed pattern matches only itself", () => {
  for (
    const pattern of ["[", "[]a]", "[-]", "[x-]", "[-x]", "[^", "[^bc", "a[", "[a-b-c]", "a\\"]
  ) {
    assert.equal(matchGlob(pattern, pattern), true, pattern);
    assert.equal(matchGlob(pattern, "a"), false, pattern);
  }
});

Deno.test("a text without special characters matches itself and nothing else", () => {
  const plain = fc.stringMatching(/^[a-z0-9./-]{1,20}$/);
  fc.assert(fc.property(plain, plain, (pattern, text) => {
    assert.equal(matchGlob(pattern, text), pattern === text);
  }));
});
