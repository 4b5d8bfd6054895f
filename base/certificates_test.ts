import "reflect-metadata";
import assert from "node:assert/strict";
import { BasicConstraintsExtension, X509CertificateGenerator } from "@peculiar/x509";
import { generateKeyPairSync, X509Certificate } from "node:crypto";
import {
  type AlternativeName,
  checkAuthority,
  createAuthority,
  generateKeys,
  isSignedBy,
  issueCertificate,
  privateKeyPem,
  urisOf,
  validityOf,
} from "./certificates.ts";
import { readPrivateKey } from "./private_key.ts";

const hour = 3_600_000;
const now = Date.now();
const validity = { notBefore: now - hour, notAfter: now + hour };

Deno.test("an authority's certificate says so, and its key belongs to it", async () => {
  const authority = await createAuthority("test", validity);
  await checkAuthority(authority);
  const parsed = new X509Certificate(authority.certificate);
  assert.equal(parsed.ca, true);
  assert.equal(parsed.subject, "CN=test");
});

Deno.test("a certificate carries its names and is signed by the authority, and by no other", async () => {
  const authority = await createAuthority("test", validity);
  const other = await createAuthority("test", validity);
  const issued = await issueCertificate(authority, {
    subject: [{ CN: ["someone"] }],
    usages: ["client"],
    alternativeNames: [{ type: "url", value: "spiffe://kubelb/someone" }],
  }, validity);
  const parsed = new X509Certificate(issued.certificate);
  assert.equal(parsed.subjectAltName, "URI:spiffe://kubelb/someone");
  assert.equal(parsed.verify(new X509Certificate(authority.certificate).publicKey), true);
  assert.equal(parsed.verify(new X509Certificate(other.certificate).publicKey), false);
});

Deno.test("a certificate's URIs are told apart from names that look like several", async () => {
  const authority = await createAuthority("test", validity);
  const uris = async (...alternativeNames: AlternativeName[]) => {
    const request = { subject: [], usages: [], alternativeNames };
    const { certificate } = await issueCertificate(authority, request, validity);
    return urisOf(new Uint8Array(new X509Certificate(certificate).raw));
  };
  assert.deepEqual(await uris(), []);
  assert.deepEqual(await uris({ type: "url", value: "spiffe://a/b" }), ["spiffe://a/b"]);
  assert.deepEqual(await uris({ type: "dns", value: "spiffe://a/b" }), []);
  assert.deepEqual(await uris({ type: "dns", value: "URI:spiffe://a/b" }), []);
  assert.deepEqual(await uris({ type: "dns", value: "x, URI:spiffe://a/b" }), []);
  assert.deepEqual(await uris({ type: "url", value: "spiffe://a/b, DNS:x" }), [
    "spiffe://a/b, DNS:x",
  ]);
  const both: AlternativeName[] = ["spiffe://a/b", "spiffe://a/c"]
    .map((value) => ({ type: "url", value }));
  assert.deepEqual(await uris({ type: "dns", value: "x" }, ...both), both.map((u) => u.value));
});

Deno.test("validity is read to the second", async () => {
  const { certificate } = await createAuthority("test", validity);
  const seconds = (value: number) => Math.floor(value / 1000) * 1000;
  assert.deepEqual(validityOf(certificate), {
    notBefore: seconds(validity.notBefore),
    notAfter: seconds(validity.notAfter),
  });
});

Deno.test("an authority with another's key, or that is none, is refused in words", async () => {
  const authority = await createAuthority("test", validity);
  const privateKey = await privateKeyPem((await generateKeys()).privateKey);
  await assert.rejects(checkAuthority({ ...authority, privateKey }), /does not belong/);
  const leaf = await issueCertificate(authority, { subject: [], usages: ["server"] }, validity);
  await assert.rejects(checkAuthority(leaf), /not that of an authority/);
  await assert.rejects(
    checkAuthority({ ...authority, privateKey: "garbage" }),
    /private key cannot be read/,
  );
});

Deno.test("an RSA key beside an ECDSA certificate is refused", async () => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const own = await createAuthority("test", validity);
  const pem = String(privateKey.export({ type: "pkcs1", format: "pem" }));
  await assert.rejects(checkAuthority({ ...own, privateKey: pem }), /does not belong/);
});

Deno.test("an authority that another one has signed is no root, and refused", async () => {
  const root = await createAuthority("root", validity);
  const keys = await generateKeys();
  const intermediate = await X509CertificateGenerator.create({
    subject: "CN=intermediate",
    issuer: "CN=root",
    publicKey: keys.publicKey,
    signingKey: (await readPrivateKey(root.privateKey)).key,
    signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
    extensions: [new BasicConstraintsExtension(true, 0, true)],
  });
  const pair = {
    certificate: intermediate.toString("pem"),
    privateKey: await privateKeyPem(keys.privateKey),
  };
  await assert.rejects(checkAuthority(pair), /not a root/);
});

Deno.test("who has signed a certificate is told by its signature, not by a name", async () => {
  const authority = await createAuthority("test", validity);
  const other = await createAuthority("test", validity);
  const { certificate } = await issueCertificate(authority, { subject: [], usages: [] }, validity);
  assert.equal(await isSignedBy(certificate, authority.certificate), true);
  assert.equal(await isSignedBy(certificate, other.certificate), false);
});
