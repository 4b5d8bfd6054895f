import assert from "node:assert/strict";
import type { Secret } from "../../../apis/core/v1.ts";
import { createAuthority, issueCertificate, type KeyPair } from "../../../base/certificates.ts";
import type { Authorities } from "../../../fleet/identity/authority_plan.ts";
import { authoritySecret, isManaged, readAuthorities } from "./authority_secret.ts";

const now = Date.now();
const validity = { notBefore: now - 1000, notAfter: now + 3_600_000 };

async function newAuthority(): Promise<KeyPair> {
  const { certificate, privateKey } = await createAuthority("test", validity);
  return { certificate: certificate.trim(), privateKey };
}

function secretWith(data: Record<string, string>): Secret {
  const encoded = Object.entries(data).map(([key, value]) => [key, btoa(value)]);
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "kubelb-xds-ca" },
    data: Object.fromEntries(encoded),
  };
}

Deno.test("what is written is read again, at each stage of a rotation", async () => {
  const [first, second, third] = [await newAuthority(), await newAuthority(), await newAuthority()];
  const stages: Authorities[] = [
    { current: first, retired: [] },
    { current: first, next: second, retired: [] },
    { current: second, retired: [first.certificate] },
    { current: second, next: third, retired: [first.certificate] },
  ];
  for (const stage of stages) {
    const secret = authoritySecret("kubelb", stage);
    assert.equal(isManaged(secret), true);
    assert.deepEqual(await readAuthorities(secret), stage);
  }
});

Deno.test("an operator's Secret needs certificate and key only, and is left alone", async () => {
  const own = await newAuthority();
  const secret = secretWith({ "tls.crt": own.certificate, "tls.key": own.privateKey });
  assert.equal(isManaged(secret), false);
  assert.deepEqual(await readAuthorities(secret), { current: own, retired: [] });
});

Deno.test("what is wrong with a Secret is said, and no key is repeated", async () => {
  const own = await newAuthority();
  const other = await newAuthority();
  const leaf = await issueCertificate(own, { subject: [], usages: ["client"] }, validity);
  const good = { "tls.crt": own.certificate, "tls.key": own.privateKey };
  const cases: [Record<string, string>, RegExp][] = [
    [{}, /^tls\.crt is missing$/],
    [{ "tls.crt": own.certificate }, /^tls\.key is missing$/],
    [{ ...good, "tls.crt": "nonsense" }, /^tls\.crt holds no certificate$/],
    [{ ...good, "tls.crt": own.certificate.replace("M", "?") }, /^tls\.crt holds a certificate/],
    [{ ...good, "tls.key": other.privateKey }, /^tls\.crt and tls\.key: .*does not belong/],
    [{ "tls.crt": leaf.certificate, "tls.key": leaf.privateKey }, /not that of an authority/],
    [{ ...good, "next.crt": other.certificate }, /^next\.key is missing$/],
    [{ ...good, "ca.crt": "" }, /^ca\.crt holds no certificate$/],
  ];
  for (const [data, message] of cases) {
    await assert.rejects(readAuthorities(secretWith(data)), (error: Error) => {
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /PRIVATE/);
      return true;
    });
  }
});
