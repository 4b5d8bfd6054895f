/**
 * When the certificate authority of xDS connections is made, and how one follows another.
 *
 * @module
 */
import { type KeyPair, type Validity, validityOf } from "../../base/certificates.ts";

/** The authority that signs, and those that are trusted beside it. */
export interface Authorities {
  /** Signs what is issued now. */
  readonly current: KeyPair;
  /** Trusted already, signs soon. */
  readonly next?: KeyPair;
  /** Certificates that signed what may still be in use. */
  readonly retired: readonly string[];
}

/** How long things are good; milliseconds. */
export interface Lifetimes {
  readonly authority: number;
  /** What remains of an authority when its successor is made. */
  readonly authorityRenewal: number;
  /** How long everyone gets to learn of the successor before it signs. */
  readonly announcement: number;
  /** Of what the authority signs. */
  readonly leaf: number;
}

const day = 24 * 60 * 60 * 1000;

/** A year for the authority, a month for what it signs. */
export const defaultLifetimes: Lifetimes = {
  authority: 365 * day,
  // Longer than a leaf lives: whatever the old authority has signed ends before the authority does.
  authorityRenewal: 120 * day,
  announcement: day,
  leaf: 30 * day,
};

/** The next step. */
export type AuthorityPlan =
  /** There is none yet. */
  | { readonly kind: "create" }
  /** Make a successor and have it trusted. */
  | { readonly kind: "announce" }
  /** Everyone trusts the successor by now: it signs from here on. */
  | { readonly kind: "promote" }
  /** Retired ones have expired: these remain. */
  | { readonly kind: "forget"; readonly retired: readonly string[] }
  /** Nothing for so many milliseconds. */
  | { readonly kind: "keep"; readonly for: number };

/**
 * Decides the next step. All that it needs is in the certificates, so that any manager can go on
 * where another has stopped.
 *
 * @throws Error when a certificate cannot be read.
 */
export function planAuthority(
  authorities: Authorities | undefined,
  lifetimes: Lifetimes,
  now: number,
): AuthorityPlan {
  if (authorities === undefined) return { kind: "create" };
  const { current, next, retired } = authorities;
  const valid = retired.filter((pem) => validityOf(pem).notAfter > now);
  if (valid.length < retired.length) return { kind: "forget", retired: valid };
  const end = validityOf(current.certificate).notAfter;
  // One that has expired signs nothing that is of use: there is nobody left to wait for.
  const step = next === undefined
    ? end - lifetimes.authorityRenewal
    : Math.min(madeAt(validityOf(next.certificate)) + lifetimes.announcement, end);
  if (step <= now) return { kind: next === undefined ? "announce" : "promote" };
  const ends = retired.map((pem) => validityOf(pem).notAfter);
  return { kind: "keep", for: Math.min(step, ...ends) - now };
}

/** The authorities after the successor has begun to sign. */
export function promoted({ current, next, retired }: Authorities): Authorities {
  if (next === undefined) throw new Error("there is no successor to promote");
  return { current: next, retired: [...retired, current.certificate] };
}

/** Everything that is trusted, as one PEM text: the signing one first. */
export function trustBundle({ current, next, retired }: Authorities): string {
  const certificates = [current.certificate, ...next ? [next.certificate] : [], ...retired];
  return certificates.map((pem) => `${pem.trim()}\n`).join("");
}

/** Certificates are valid since before they were made, for clocks that are behind. */
export const backdating = 10 * 60 * 1000;

function madeAt({ notBefore }: Validity): number {
  return notBefore + backdating;
}
