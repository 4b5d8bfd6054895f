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
 * The fleet that a certificate's alternative names speak of.
 *
 * @param alternativeNames as TLS libraries print them: `URI:spiffe://kubelb/tenant-a, DNS:other`.
 * @returns undefined when it is not one, or more than one.
 */
export function fleetOf(alternativeNames: string): string | undefined {
  const uri = spiffeId(alternativeNames);
  if (uri === undefined || uri === managerId || !uri.startsWith(trustDomain)) return undefined;
  const fleet = uri.slice(trustDomain.length);
  return /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(fleet) ? fleet : undefined;
}

/** Whether a certificate's alternative names are those of a manager. */
export function isManager(alternativeNames: string): boolean {
  return spiffeId(alternativeNames) === managerId;
}

function spiffeId(alternativeNames: string): string | undefined {
  const ids = alternativeNames.split(", ").filter((name) => name.startsWith("URI:"));
  // More than one URI is no SPIFFE certificate: who it is would depend on which is read.
  return ids.length === 1 ? ids[0]!.slice("URI:".length) : undefined;
}
