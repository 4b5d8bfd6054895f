import assert from "node:assert/strict";
import fc from "fast-check";
import { tokenClaims } from "./token_claims.ts";

function tokenOf(claims: unknown): string {
  const bytes = new TextEncoder().encode(JSON.stringify(claims));
  return `e30.${bytes.toBase64({ alphabet: "base64url", omitPadding: true })}.c2ln`;
}

Deno.test("claims are read, whatever letters they contain", () => {
  fc.assert(fc.property(fc.dictionary(fc.string(), fc.string({ unit: "grapheme" })), (claims) => {
    assert.deepEqual({ ...tokenClaims(tokenOf(claims)) }, {
      ...JSON.parse(JSON.stringify(claims)),
    });
  }));
});

Deno.test("what is no JSON Web Token has no claims, and nothing throws", () => {
  for (const token of ["", "opaque", "a.b.c", "..", tokenOf(7), tokenOf(null)]) {
    assert.equal(tokenClaims(token), undefined, token);
  }
  fc.assert(fc.property(fc.string(), (text) => void tokenClaims(text)));
});
