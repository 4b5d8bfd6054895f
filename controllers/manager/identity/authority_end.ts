/**
 * Whether an operator's own authority lasts: nobody but its owner can replace it.
 *
 * @module
 */
import { validityOf } from "../../../base/certificates.ts";
import type { Authorities } from "../../../fleet/identity/authority_plan.ts";

/** What there is to say about an authority's end. */
export interface AuthorityEnd {
  /** For an event; absent while the end is far. */
  readonly trouble?: { readonly reason: "Expiring" | "Expired"; readonly message: string };
  /** Milliseconds until there may be something else to say, or the same once more. */
  readonly again: number;
}

const day = 24 * 60 * 60 * 1000;
/** What an operator gets to replace it: as long as the certificates live that it signs. */
const warning = 30 * day;
/** Also the pause between two warnings; a clock that was set is noticed in time. */
const longestPause = day;

/**
 * Judges the authority that signs.
 *
 * @param now milliseconds since 1970.
 */
export function authorityEnd({ current }: Authorities, now: number): AuthorityEnd {
  const { notAfter } = validityOf(current.certificate);
  const left = notAfter - now;
  const end = new Date(notAfter).toISOString();
  if (left <= 0) {
    const message =
      `the authority has expired (${end}), and Envoys cannot connect: replace tls.crt ` +
      "and tls.key";
    return { trouble: { reason: "Expired", message }, again: longestPause };
  }
  if (left <= warning) {
    const message = `the authority expires at ${end}, and what it has signed with it: replace ` +
      "tls.crt and tls.key before";
    return { trouble: { reason: "Expiring", message }, again: Math.min(left, longestPause) };
  }
  return { again: Math.min(left - warning, longestPause) };
}
