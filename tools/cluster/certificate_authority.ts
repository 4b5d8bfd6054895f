/**
 * Certificates for throw-away clusters, made in this process.
 *
 * @module
 */
import {
  type AlternativeName,
  createAuthority,
  generateKeys,
  issueCertificate,
  type KeyPair,
  privateKeyPem,
  publicKeyPem,
  type Validity,
} from "../../base/certificates.ts";
import { type Clock, systemClock } from "../../base/clock.ts";
export type { KeyPair } from "../../base/certificates.ts";

/** Public (SPKI) and private (PKCS #8) key, both PEM. */
export interface SigningKey {
  readonly publicKey: string;
  readonly privateKey: string;
}

const day = 24 * 60 * 60 * 1000;
const ipAddress = /^[0-9.]+$|:/;

/** A certificate authority that lives as long as this process; valid for ten days. */
export class CertificateAuthority {
  private constructor(private readonly root: KeyPair, private readonly clock: Clock) {}

  /** Its own certificate, PEM: what clients and servers are told to trust. */
  get certificate(): string {
    return this.root.certificate;
  }

  /** Makes the key and the self-signed certificate. */
  static async create(commonName: string, clock = systemClock): Promise<CertificateAuthority> {
    const root = await createAuthority(commonName, validity(clock, 10 * day));
    return new CertificateAuthority(root, clock);
  }

  /** A serving certificate for DNS names and IP addresses. */
  issueServer(commonName: string, names: readonly string[]): Promise<KeyPair> {
    const alternativeNames = names.map((value): AlternativeName => ({
      type: ipAddress.test(value) ? "ip" : "dns",
      value,
    }));
    return issueCertificate(this.root, {
      subject: [{ CN: [commonName] }],
      usages: ["server", "client"],
      alternativeNames,
    }, validity(this.clock, 9 * day));
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
    return issueCertificate(this.root, {
      subject: [...organizations, { CN: [user] }],
      usages: ["client"],
    }, validity(this.clock, lifetime));
  }
}

/** A key with which an API server signs ServiceAccount tokens. */
export async function createSigningKey(): Promise<SigningKey> {
  const keys = await generateKeys();
  return {
    publicKey: await publicKeyPem(keys.publicKey),
    privateKey: await privateKeyPem(keys.privateKey),
  };
}

function validity(clock: Clock, lifetime: number): Validity {
  const now = clock.now();
  // A day into the past, so that a machine whose clock is a little behind accepts it.
  return { notBefore: now - day, notAfter: now + lifetime };
}
