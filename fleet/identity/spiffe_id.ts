/**
 * Who the ends of an xDS connection are, as their certificates say it (design §2.8).
 *
 * @module
 */

const trustDomain = "spiffe://kubelb/";

/** The manager, whichever replica. No fleet has this name: fleets are namespaces `tenant-…`. */
export const managerId = `${trustDomain}manager`;

/** The Envoys of a fleet. */
export function fleetId(fleet: string): string {
  return `${trustDomain}${fleet}`;
}

/**
 * The fleet that a certificate speaks of.
 *
 * @param uris all URIs that the certificate is good for.
 * @returns undefined when it is not one, or more than one.
 */
export function fleetOf(uris: readonly string[]): string | undefined {
  const uri = spiffeId(uris);
  if (uri === undefined || uri === managerId || !uri.startsWith(trustDomain)) return undefined;
  const fleet = uri.slice(trustDomain.length);
  return /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(fleet) ? fleet : undefined;
}

/** Whether a certificate that is good for `uris` is a manager's. */
export function isManager(uris: readonly string[]): boolean {
  return spiffeId(uris) === managerId;
}

/** More than one URI is no SPIFFE certificate: who it is would depend on which is read. */
function spiffeId(uris: readonly string[]): string | undefined {
  return uris.length === 1 ? uris[0] : undefined;
}
