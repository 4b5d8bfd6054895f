import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { createAuthority } from "../../../base/certificates.ts";
import { FakeClock } from "../../../base/fake_clock.ts";
import { silentLogger } from "../../../base/logger.ts";
import type { TlsMaterial } from "../../../envoy/xds/tls_credentials.ts";
import { XdsIdentity } from "../../../fleet/identity/xds_identity.ts";
import { ServerCertificate } from "./server_certificate.ts";

function start() {
  const clock = new FakeClock();
  const identity = new XdsIdentity(clock);
  const presented: TlsMaterial[] = [];
  const credentials = { update: (material: TlsMaterial) => void presented.push(material) };
  const certificate = new ServerCertificate({ identity, credentials, log: silentLogger, clock });
  const authority = (name: string) => {
    const now = clock.now();
    return createAuthority(name, { notBefore: now, notAfter: now + 1e12 });
  };
  /** Lets what is under way come to its end. */
  const settle = async (count: number) => {
    while (presented.length < count) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(0);
  };
  const issuer = () => new X509Certificate(presented.at(-1)!.certificate).issuer;
  return { clock, identity, presented, certificate, authority, settle, issuer };
}

Deno.test("of several changes at once the last authority signs what is shown in the end", async () => {
  const { identity, certificate, authority, settle, issuer, presented } = start();
  using _certificate = certificate;
  const names = ["first", "second", "third", "fourth"];
  const authorities = await Promise.all(names.map(authority));
  for (const current of authorities) identity.use({ current, retired: [] });
  await settle(4);
  assert.equal(issuer(), "CN=fourth");
  assert.equal(presented.at(-1)!.trust, identity.trust());
});

Deno.test("the certificate is replaced when half of its life is over, and not after the end", async () => {
  const { clock, identity, certificate, authority, settle, presented } = start();
  identity.use({ current: await authority("one"), retired: [] });
  await settle(1);
  await clock.advance(identity.lifetimes.leaf / 2 - 1);
  assert.equal(presented.length, 1);
  await clock.advance(1);
  await settle(2);
  assert.notEqual(presented[0]!.certificate, presented[1]!.certificate);
  certificate[Symbol.dispose]();
  assert.equal(clock.pending, 0);
});
