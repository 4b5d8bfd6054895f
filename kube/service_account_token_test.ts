import assert from "node:assert/strict";
import { claimsOf } from "./service_account_token.ts";

function bearer(claims: unknown): { authorization: string } {
  const bytes = new TextEncoder().encode(JSON.stringify(claims));
  const payload = btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
  return { authorization: `Bearer e30.${payload.replace(/=+$/, "")}.c2ln` };
}

const sub = "system:serviceaccount:tenant-acme:kubelb-ccm";
const account = { namespace: "tenant-acme", name: "kubelb-ccm" };

Deno.test("the token of a Secret names the Secret, an issued one what it is bound to", () => {
  const flat = { sub, "kubernetes.io/serviceaccount/secret.name": "kubelb-ccm" };
  assert.deepEqual(claimsOf(bearer(flat)), { ...account, secret: "kubelb-ccm" });
  const bound = { sub, "kubernetes.io": { secret: { name: "s", uid: "u" } } };
  assert.deepEqual(claimsOf(bearer(bound)), { ...account, secret: "s" });
  assert.deepEqual(claimsOf(bearer({ sub, "kubernetes.io": {} })), account);
});

Deno.test("what is no ServiceAccount's token has no claims", () => {
  for (const claims of [{ sub: "jane" }, { sub: "system:node:a" }, {}, "text", 7]) {
    assert.equal(claimsOf(bearer(claims)), undefined);
  }
  for (const authorization of ["Bearer opaque", "Bearer a.b.c", "Basic YTpi", ""]) {
    assert.equal(claimsOf({ authorization }), undefined);
  }
  assert.equal(claimsOf({}), undefined);
});
