/**
 * Which fleet an xDS client belongs to, by its certificate (design §2.8).
 *
 * @module
 */
import type { PeerCertificate } from "../../../envoy/xds/peer_certificate.ts";
import type { Peer } from "../../../envoy/xds/transport.ts";
import type { Authorization } from "../../../envoy/xds/xds_events.ts";
import type { TokenReviewer } from "./token_reviewer.ts";
import { fleetOf } from "../../../fleet/identity/spiffe_id.ts";

/** The fleets there are. Before everything has been translated nobody knows them. */
export interface KnownFleets {
  readonly synced: boolean;
  has(fleet: string): boolean;
}

/** A client gets what its certificate entitles it to, and only if it asks for just that. */
export function authorizeByCertificate(
  certificate: PeerCertificate | undefined,
  nodeId: string,
  fleets: KnownFleets,
): Authorization {
  if (certificate === undefined) return { refused: "a client certificate is needed" };
  const fleet = fleetOf(certificate.uris);
  if (fleet === undefined) return { refused: "the client's certificate is not that of a fleet" };
  if (fleet !== nodeId) {
    return {
      refused: `the client's certificate is for "${fleet}", its node id is ${quote(nodeId)}`,
    };
  }
  const known = authorizeByNode(nodeId, fleets);
  return "refused" in known ? known : { fleet, until: certificate.notAfter };
}

/** The same by a token: it opens the fleet that its ServiceAccount's namespace is. */
export async function authorizeByToken(
  { bearerToken }: Peer,
  nodeId: string,
  fleets: KnownFleets,
  reviewer: Pick<TokenReviewer, "review">,
): Promise<Authorization> {
  const verdict = await reviewer.review(bearerToken);
  if ("refused" in verdict) return verdict;
  const { fleet, until } = verdict.identity;
  if (fleet !== nodeId) {
    return { refused: `the client's token is for "${fleet}", its node id is ${quote(nodeId)}` };
  }
  const known = authorizeByNode(nodeId, fleets);
  return "refused" in known ? known : { fleet, until };
}

/** Without TLS, on loopback, an Envoy is believed to be who it says. */
export function authorizeByNode(nodeId: string, fleets: KnownFleets): Authorization {
  // Until then the stream is kept and gets no answer yet.
  if (!fleets.synced || fleets.has(nodeId)) return { fleet: nodeId };
  return {
    refused: `there is no fleet ${quote(nodeId)} (the node id must be a tenant's namespace)`,
  };
}

/** A refusal travels in a header, which clients bound, and is logged: a client must not fill either. */
function quote(nodeId: string): string {
  const longest = 100;
  return nodeId.length > longest ? `"${nodeId.slice(0, longest)}"...` : `"${nodeId}"`;
}
