import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { readPrivateKey } from "./private_key.ts";

const ec = (namedCurve: string) => generateKeyPairSync("ec", { namedCurve }).privateKey;
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;

const readable = {
  "ECDSA P-256 in PKCS #8": [ec("P-256").export({ type: "pkcs8", format: "pem" }), "ECDSA"],
  "ECDSA P-256 in SEC 1": [ec("P-256").export({ type: "sec1", format: "pem" }), "ECDSA"],
  "ECDSA P-384 in PKCS #8": [ec("P-384").export({ type: "pkcs8", format: "pem" }), "ECDSA"],
  "RSA in PKCS #8": [rsa.export({ type: "pkcs8", format: "pem" }), "RSASSA-PKCS1-v1_5"],
  "RSA in PKCS #1": [rsa.export({ type: "pkcs1", format: "pem" }), "RSASSA-PKCS1-v1_5"],
} as const;

for (const [name, [pem, algorithm]] of Object.entries(readable)) {
  Deno.test(`a key in the form ${name} signs`, async () => {
    const signer = await readPrivateKey(String(pem));
    assert.equal(signer.algorithm.name, algorithm);
    const signature = await crypto.subtle.sign(signer.algorithm, signer.key, new Uint8Array(8));
    assert.ok(signature.byteLength >= 64);
  });
}

Deno.test("what is no key is refused without being repeated", async () => {
  await assert.rejects(readPrivateKey("secret words"), (error: Error) => {
    assert.match(error.message, /cannot be read/);
    assert.doesNotMatch(String(error.stack), /secret words/);
    return true;
  });
});

Deno.test("a key of another kind is refused", async () => {
  const { privateKey } = generateKeyPairSync("ed25519");
  const pem = String(privateKey.export({ type: "pkcs8", format: "pem" }));
  await assert.rejects(readPrivateKey(pem), /neither RSA nor ECDSA/);
});
