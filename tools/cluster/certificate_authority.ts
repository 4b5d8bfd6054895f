/**
 * Certificates for throw-away clusters, made in this process.
 *
 * @module
 */
import "reflect-metadata";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";
import type { X509Certificate } from "@peculiar/x509";
import { type Clock, systemClock } from "../../base/clock.ts";

/** A certificate and its private key (PKCS #8), both PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly privateKey: string;
}

/** Public (SPKI) and private (PKCS #8) key, both PEM. */
export interface SigningKey {
  readonly publicKey: string;
  readonly privateKey: string;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const day = 24 * 60 * 60 * 1000;
const ipAddress = /^[0-9.]+$|:/;

/** A certificate authority that lives as long as this process; valid for ten days. */
export class CertificateAuthority {
  private constructor(
    /** Its own certificate, PEM: what clients and servers are told to trust. */
    readonly certificate: string,
    private readonly root: X509Certificate,
    private readonly keys: CryptoKeyPair,
    private readonly clock: Clock,
  ) {}

  /** Makes the key and the self-signed certificate. */
  static async create(commonName: string, clock = systemClock): Promise<CertificateAuthority> {
    const keys = await generateKeys();
    const root = await X509CertificateGenerator.createSelfSigned({
      name: [{ CN: [commonName] }],
      keys,
      signingAlgorithm: algorithm,
      ...validity(clock, 10 * day),
      extensions: [
        new BasicConstraintsExtension(true, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      ],
    });
    return new CertificateAuthority(root.toString("pem"), root, keys, clock);
  }

  /** A serving certificate for DNS names and IP addresses. */
  issueServer(commonName: string, names: readonly string[]): Promise<KeyPair> {
    const alternatives: ConstructorParameters<typeof SubjectAlternativeNameExtension>[0] = names
      .map((value) => ({
        type: ipAddress.test(value) ? "ip" : "dns",
        value,
      }));
    return this.#issue([{ CN: [commonName] }], 9 * day, [
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
      new SubjectAlternativeNameExtension(alternatives),
    ]);
  }

  /**
   * A client certificate; Kubernetes reads the user from CN and the groups from O.
   *
   * @param lifetime milliseconds; negative makes one that has expired.
   */
  issueClient(
    user: string,
    groups: readonly string[] = [],
    lifetime: number = 9 * day,
  ): Promise<KeyPair> {
    const organizations = groups.map((group) => ({ O: [group] }));
    return this.#issue([...organizations, { CN: [user] }], lifetime, [
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]),
    ]);
  }

  async #issue(
    subject: Record<string, string[]>[],
    lifetime: number,
    extensions: (ExtendedKeyUsageExtension | SubjectAlternativeNameExtension)[],
  ): Promise<KeyPair> {
    const keys = await generateKeys();
    const certificate = await X509CertificateGenerator.create({
      subject,
      issuer: this.root.subject,
      publicKey: keys.publicKey,
      signingKey: this.keys.privateKey,
      signingAlgorithm: algorithm,
      ...validity(this.clock, lifetime),
      extensions: [
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        ...extensions,
      ],
    });
    return { certificate: certificate.toString("pem"), privateKey: await privateKeyPem(keys) };
  }
}

/** A key with which an API server signs ServiceAccount tokens. */
export async function createSigningKey(): Promise<SigningKey> {
  const keys = await generateKeys();
  const spki = await crypto.subtle.exportKey("spki", keys.publicKey);
  return {
    publicKey: PemConverter.encode(spki, "PUBLIC KEY"),
    privateKey: await privateKeyPem(keys),
  };
}

async function generateKeys(): Promise<CryptoKeyPair> {
  return await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

async function privateKeyPem(keys: CryptoKeyPair): Promise<string> {
  return PemConverter.encode(
    await crypto.subtle.exportKey("pkcs8", keys.privateKey),
    "PRIVATE KEY",
  );
}

function validity(clock: Clock, lifetime: number): { notBefore: Date; notAfter: Date } {
  const now = clock.now();
  // A day into the past, so that a machine whose clock is a little behind accepts it.
  return { notBefore: new Date(now - day), notAfter: new Date(now + lifetime) };
}
