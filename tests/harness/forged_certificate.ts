/**
 * Certificates that a server should not take.
 *
 * @module
 */
import { issueCertificate, type KeyPair } from "../../base/certificates.ts";

/** How a certificate differs from a good one. */
export interface Forgery {
  /** Milliseconds from now at which it begins to be valid. Default: an hour ago. */
  readonly from?: number;
  /** Milliseconds from now at which it expires. Default: in an hour. */
  readonly to?: number;
  /** Default `client`. */
  readonly usage?: "client" | "server";
}

const hour = 3_600_000;

/**
 * A certificate of `authority`.
 *
 * @param id SPIFFE id of who it is for.
 */
export function forgedCertificate(
  authority: KeyPair,
  id: string,
  { from = -hour, to = hour, usage = "client" }: Forgery = {},
): Promise<KeyPair> {
  const now = Date.now();
  return issueCertificate(authority, {
    subject: [{ CN: ["forged"] }],
    usages: [usage],
    alternativeNames: [{ type: "url", value: id }],
  }, { notBefore: now + from, notAfter: now + to });
}
