/**
 * What a client's certificate says. TLS has verified it, or the client would not have got here.
 *
 * @module
 */
import type { Peer } from "./transport.ts";

/** The certificate of a client. */
export interface PeerCertificate {
  /** As TLS libraries print them: `URI:spiffe://kubelb/tenant-a, DNS:other`. */
  readonly alternativeNames: string;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
}

/** Undefined for a client without a certificate. */
export function peerCertificate({ authContext }: Peer): PeerCertificate | undefined {
  const certificate = field(authContext, "sslPeerCertificate");
  const notAfter = Date.parse(String(field(certificate, "valid_to")));
  if (Number.isNaN(notAfter)) return undefined;
  const names = field(certificate, "subjectaltname");
  return { alternativeNames: typeof names === "string" ? names : "", notAfter };
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
