/**
 * Private keys as operators have them: ECDSA or RSA, in PKCS #8, SEC 1 or PKCS #1.
 *
 * @module
 */
import { createPrivateKey, type KeyObject } from "node:crypto";

/** A key to sign certificates with, and how. */
export interface CertificateSigner {
  readonly key: CryptoKey;
  readonly algorithm: SigningAlgorithm;
}

/** The algorithm of a {@linkcode CertificateSigner}, for `crypto.subtle` and for certificates. */
export type SigningAlgorithm =
  | { readonly name: "ECDSA"; readonly namedCurve: string; readonly hash: string }
  | { readonly name: "RSASSA-PKCS1-v1_5"; readonly hash: string };

/** Names of curves in OpenSSL and in Web Crypto, with the hash that suits each. */
const curves: Readonly<Record<string, { namedCurve: string; hash: string }>> = {
  prime256v1: { namedCurve: "P-256", hash: "SHA-256" },
  "P-256": { namedCurve: "P-256", hash: "SHA-256" },
  secp384r1: { namedCurve: "P-384", hash: "SHA-384" },
  "P-384": { namedCurve: "P-384", hash: "SHA-384" },
};

/**
 * Reads a PEM private key.
 *
 * @throws Error that says what is wrong, without the key.
 */
export async function readPrivateKey(pem: string): Promise<CertificateSigner> {
  const parsed = parse(pem);
  const algorithm = algorithmOf(parsed);
  const der = parsed.export({ type: "pkcs8", format: "der" });
  const key = await crypto.subtle.importKey("pkcs8", new Uint8Array(der), algorithm, false, [
    "sign",
  ]);
  return { key, algorithm };
}

function parse(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    // The library's message may quote the input.
    throw new Error("the private key cannot be read (PEM: PKCS #8, SEC 1 or PKCS #1, no password)");
  }
}

function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): SigningAlgorithm {
  if (asymmetricKeyType === "rsa") return { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  const curve = curves[asymmetricKeyDetails?.namedCurve ?? ""];
  if (asymmetricKeyType === "ec" && curve !== undefined) return { name: "ECDSA", ...curve };
  throw new Error("the private key is neither RSA nor ECDSA on P-256 or P-384");
}
