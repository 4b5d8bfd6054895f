// Renewal at a real issuer, and a real API server that checks the tokens: tests/kube/oidc_test.ts.
import assert from "node:assert/strict";
import { FakeClock } from "../base/fake_clock.ts";
import { oidcCredential, type OidcSettings } from "./oidc_credential.ts";

/** Nobody listens there. */
const issuer = "https://127.0.0.1:1";

function tokenUntil(end: number, mark = ""): string {
  const claims = new TextEncoder().encode(JSON.stringify({ exp: end / 1000, mark }));
  return `e30.${claims.toBase64({ alphabet: "base64url", omitPadding: true })}.c2ln`;
}

function settingsOf(idToken: string | undefined, refreshToken?: string): OidcSettings {
  const rest = { issuer, clientId: "kubelb", clientSecret: undefined, ca: undefined };
  return { ...rest, idToken, refreshToken };
}

Deno.test("an ID token is presented until ten seconds before its end", async () => {
  const clock = new FakeClock();
  const token = tokenUntil(clock.now() + 60_000);
  const credential = oidcCredential(() => Promise.resolve(settingsOf(token)), clock);
  assert.equal((await credential.identity(true)).authorization, `Bearer ${token}`);
  await clock.advance(50_000);
  assert.equal((await credential.identity(false)).authorization, `Bearer ${token}`);
  await clock.advance(1);
  const ended = credential.identity(false);
  await assert.rejects(ended, /the ID token of https:\S+ has ended, and there is no refresh-token/);
});

Deno.test("who is refused looks for a newer token first, and asks the issuer then", async () => {
  const clock = new FakeClock();
  let token = tokenUntil(clock.now() + 60_000, "first");
  const read = () => Promise.resolve(settingsOf(token, "refresh"));
  const credential = oidcCredential(read, clock);
  await credential.identity(false);
  token = tokenUntil(clock.now() + 60_000, "second");
  assert.equal((await credential.identity(true)).authorization, `Bearer ${token}`);
  const asked = credential.identity(true);
  await assert.rejects(asked, /https:\/\/127\.0\.0\.1:1 does not renew the ID token/);
});

Deno.test("a token that cannot be read has ended", async () => {
  for (const token of ["", "x", "a.b.c", "e30.e30.e30"]) {
    const credential = oidcCredential(() => Promise.resolve(settingsOf(token)), new FakeClock());
    await assert.rejects(credential.identity(false), /has ended/);
  }
});
