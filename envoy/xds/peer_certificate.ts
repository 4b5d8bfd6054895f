/**
 * What a client's certificate says. TLS has verified it, or the client would not have got here.
 *
 * @module
 */
import { urisOf } from "../../base/certificates.ts";
import type { Peer } from "./transport.ts";

/** The certificate of a client. */
export interface PeerCertificate {
  /** The URIs that it is good for: `spiffe://kubelb/tenant-a`. */
  readonly uris: readonly string[];
  /** Milliseconds since 1970. */
  readonly notAfter: number;
}

/**
 * Undefined for a client without a certificate.
 *
 * @throws Error when it cannot be read.
 */
export function peerCertificate({ authContext }: Peer): PeerCertificate | undefined {
  const certificate = field(authContext, "sslPeerCertificate");
  const notAfter = Date.parse(String(field(certificate, "valid_to")));
  const der = field(certificate, "raw");
  if (Number.isNaN(notAfter) || !(der instanceof Uint8Array)) return undefined;
  return { uris: urisOf(new Uint8Array(der)), notAfter };
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
