/**
 * X.509 certificates, made in this process: a certificate authority and what it signs.
 *
 * @module
 */
import { X509Certificate as NodeCertificate } from "node:crypto";
import "reflect-metadata";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { readPrivateKey, type SigningAlgorithm } from "./private_key.ts";

/** A certificate and its private key (PKCS #8), both PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly privateKey: string;
}

/** When a certificate is valid, milliseconds since 1970. */
export interface Validity {
  readonly notBefore: number;
  readonly notAfter: number;
}

/** What a certificate says besides its validity. */
export interface CertificateRequest {
  /** The subject: `[{ O: ["group"] }, { CN: ["name"] }]`. */
  readonly subject: readonly Record<string, string[]>[];
  /** What the key may be used for in TLS. */
  readonly usages: readonly ("server" | "client")[];
  readonly alternativeNames?: readonly AlternativeName[];
}

/** A name of the subject that the other side checks. */
export interface AlternativeName {
  readonly type: "dns" | "ip" | "url";
  readonly value: string;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

const usageIds = { server: ExtendedKeyUsage.serverAuth, client: ExtendedKeyUsage.clientAuth };

/** A self-signed authority; its key signs nothing but certificates of subjects. */
export async function createAuthority(commonName: string, validity: Validity): Promise<KeyPair> {
  const keys = await generateKeys();
  const root = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [commonName] }],
    keys,
    signingAlgorithm: algorithm,
    ...dates(validity),
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  return { certificate: root.toString("pem"), privateKey: await privateKeyPem(keys.privateKey) };
}

/**
 * Makes a key pair whose certificate `authority` signs.
 *
 * @throws Error when the authority's certificate or key cannot be read.
 */
export async function issueCertificate(
  authority: KeyPair,
  { subject, usages, alternativeNames = [] }: CertificateRequest,
  validity: Validity,
): Promise<KeyPair> {
  const keys = await generateKeys();
  const signer = await readPrivateKey(authority.privateKey);
  const certificate = await X509CertificateGenerator.create({
    subject: [...subject],
    issuer: new X509Certificate(authority.certificate).subject,
    publicKey: keys.publicKey,
    signingKey: signer.key,
    signingAlgorithm: signer.algorithm,
    ...dates(validity),
    extensions: [
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension(usages.map((usage) => usageIds[usage])),
      ...alternativeNames.length > 0
        ? [new SubjectAlternativeNameExtension([...alternativeNames])]
        : [],
    ],
  });
  return {
    certificate: certificate.toString("pem"),
    privateKey: await privateKeyPem(keys.privateKey),
  };
}

/**
 * When the first certificate of `pem` is valid.
 *
 * @throws Error when there is none.
 */
export function validityOf(pem: string): Validity {
  const { notBefore, notAfter } = new X509Certificate(pem);
  return { notBefore: notBefore.getTime(), notAfter: notAfter.getTime() };
}

/**
 * The URIs among the alternative names of a certificate in DER.
 *
 * Not from the text in which TLS libraries list the names, unless it is certainly one name: Deno 2.9.3
 * quotes nothing there, so that one name `x, URI:spiffe://…` looks like two (Node.js had this as
 * CVE-2021-44532). Reading the certificate properly takes 0.7 to 1.7 ms, the text 0.01 ms: hundreds of
 * Envoys may come at once.
 *
 * @throws Error when it cannot be read.
 */
export function urisOf(der: Uint8Array<ArrayBuffer>): string[] {
  const text = new NodeCertificate(der).subjectAltName ?? "";
  if (text.startsWith("URI:") && !text.includes(",")) return [text.slice("URI:".length)];
  const names = new X509Certificate(der).getExtension(SubjectAlternativeNameExtension);
  return (names?.names.items ?? []).flatMap(({ type, value }) => type === "url" ? [value] : []);
}

/**
 * Makes sure that a key belongs to a certificate, that the certificate may sign others, and that it is
 * a root: TLS libraries do not take one for trustworthy that somebody else has signed.
 *
 * @throws Error that says what is wrong.
 */
export async function checkAuthority({ certificate, privateKey }: KeyPair): Promise<void> {
  const parsed = new X509Certificate(certificate);
  if (parsed.getExtension(BasicConstraintsExtension)?.ca !== true) {
    throw new Error("the certificate is not that of an authority (basicConstraints CA:TRUE)");
  }
  if (!await parsed.isSelfSigned()) {
    throw new Error("the certificate is not a root: it is signed by another authority");
  }
  const probe = new TextEncoder().encode("probe");
  const signer = await readPrivateKey(privateKey);
  const signature = await crypto.subtle.sign(signer.algorithm, signer.key, probe);
  if (!await verifies(parsed, signer.algorithm, signature, probe)) {
    throw new Error("the private key does not belong to the certificate");
  }
}

/** Whether `authority` has signed the first certificate of `pem`. @throws Error when there is none. */
export async function isSignedBy(pem: string, authority: string): Promise<boolean> {
  const { publicKey } = new X509Certificate(authority);
  return await new X509Certificate(pem).verify({ publicKey, signatureOnly: true });
}

/** Makes a key of the kind that this file works with: ECDSA P-256. */
export async function generateKeys(): Promise<CryptoKeyPair> {
  return await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

/** A private key in PKCS #8, PEM. */
export async function privateKeyPem(key: CryptoKey): Promise<string> {
  return PemConverter.encode(await crypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY");
}

/** A public key as SubjectPublicKeyInfo, PEM. */
export async function publicKeyPem(key: CryptoKey): Promise<string> {
  return PemConverter.encode(await crypto.subtle.exportKey("spki", key), "PUBLIC KEY");
}

async function verifies(
  { publicKey }: X509Certificate,
  algorithm: SigningAlgorithm,
  signature: ArrayBuffer,
  data: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  try {
    const key = await publicKey.export(algorithm, ["verify"]);
    return await crypto.subtle.verify(algorithm, key, signature, data);
  } catch {
    return false; // of another kind altogether
  }
}

function dates({ notBefore, notAfter }: Validity): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(notBefore), notAfter: new Date(notAfter) };
}
