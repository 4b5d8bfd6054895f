import assert from "node:assert/strict";
import { createAuthority } from "../../../base/certificates.ts";
import { authorityEnd } from "./authority_end.ts";

const day = 24 * 60 * 60 * 1000;
const end = Date.UTC(2027, 0, 1);
const current = await createAuthority("own", { notBefore: end - 365 * day, notAfter: end });

/** Reason and pause so many days before the end. */
function at(days: number): [string | undefined, number] {
  const { trouble, again } = authorityEnd({ current, retired: [] }, end - days * day);
  return [trouble?.reason, again / day];
}

Deno.test("an operator hears of the end of his authority 30 days before, and then every day", () => {
  assert.deepEqual(at(300), [undefined, 1]);
  assert.deepEqual(at(30.5), [undefined, 0.5]);
  assert.deepEqual(at(30), ["Expiring", 1]);
  assert.deepEqual(at(0.25), ["Expiring", 0.25]);
  assert.deepEqual(at(0), ["Expired", 1]);
  assert.deepEqual(at(-100), ["Expired", 1]);
});

Deno.test("the words say when, and what to do", () => {
  const { trouble } = authorityEnd({ current, retired: [] }, end - day);
  assert.match(
    trouble!.message,
    /expires at 2027-01-01T00:00:00.000Z.*replace tls\.crt and tls\.key/,
  );
});
