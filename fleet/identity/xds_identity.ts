/**
 * Issues the certificates with which managers and Envoys know each other.
 *
 * @module
 */
import { isSignedBy, issueCertificate, type KeyPair, validityOf } from "../../base/certificates.ts";
import type { Clock } from "../../base/clock.ts";
import { Listeners } from "../../base/listeners.ts";
import {
  type Authorities,
  backdating,
  defaultLifetimes,
  type Lifetimes,
  trustBundle,
} from "./authority_plan.ts";
import { fleetId, managerId } from "./spiffe_id.ts";

/** A certificate with its key, and when to replace it. */
export interface IssuedCertificate extends KeyPair {
  /** Milliseconds since 1970, long before it expires. */
  readonly renewAt: number;
}

/** What needs certificates, and hears when they have to be made anew. */
export type CertificateIssuer = Pick<
  XdsIdentity,
  "problem" | "trust" | "issueFleet" | "renewalOf" | "changes"
>;

/** Knows the present authorities; where they are kept is not its concern. */
export class XdsIdentity {
  /** The authorities are others now: what is trusted, and what is issued, should be renewed. */
  readonly changes = new Listeners<void>();
  #authorities: Authorities | undefined;

  constructor(
    private readonly clock: Clock,
    readonly lifetimes: Lifetimes = defaultLifetimes,
  ) {}

  /** The authorities in force; undefined until they are known. */
  get authorities(): Authorities | undefined {
    return this.#authorities;
  }

  /** Puts authorities into force; nobody is told of what is in force already. */
  use(authorities: Authorities): void {
    const before = this.#authorities;
    this.#authorities = authorities;
    if (before === undefined || !same(before, authorities)) this.changes.emit();
  }

  /** Why nothing can be issued now. */
  get problem(): string | undefined {
    if (this.#authorities === undefined) {
      return "the certificate authority of xDS connections is not known yet";
    }
    const { notAfter } = validityOf(this.#authorities.current.certificate);
    if (notAfter > this.clock.now()) return undefined;
    const end = new Date(notAfter).toISOString();
    return `the certificate authority of xDS connections has expired (${end})`;
  }

  /** What both ends trust, PEM. @throws Error while no authority is known. */
  trust(): string {
    if (this.#authorities === undefined) throw new Error(this.problem);
    return trustBundle(this.#authorities);
  }

  /**
   * When a certificate is to be replaced that was issued here, or by another manager: when half of its
   * life is over, and at once when another authority has signed it. One that ends with its authority
   * stays until then, since no later one would be good for longer.
   *
   * @returns milliseconds since 1970.
   * @throws Error when it cannot be read.
   */
  async renewalOf(certificate: string): Promise<number> {
    const current = this.#authorities?.current.certificate;
    if (current === undefined || !await isSignedBy(certificate, current)) return this.clock.now();
    const { notBefore, notAfter } = validityOf(certificate);
    if (notAfter >= validityOf(current).notAfter) return notAfter;
    return (notBefore + backdating + notAfter) / 2;
  }

  /**
   * For a manager: it serves Envoys and other managers, and is a client of the leading one.
   *
   * @throws Error while there is a {@linkcode XdsIdentity.problem}.
   */
  issueManager(): Promise<IssuedCertificate> {
    return this.#issue("kubelb-manager", managerId, ["server", "client"]);
  }

  /** For the Envoys of a fleet. @throws Error while there is a {@linkcode XdsIdentity.problem}. */
  issueFleet(fleet: string): Promise<IssuedCertificate> {
    return this.#issue("kubelb-envoy", fleetId(fleet), ["client"]);
  }

  async #issue(
    commonName: string,
    id: string,
    usages: readonly ("server" | "client")[],
  ): Promise<IssuedCertificate> {
    const { problem } = this;
    if (problem !== undefined) throw new Error(problem);
    const { current } = this.#authorities!;
    const now = this.clock.now();
    // Nobody believes a leaf whose authority has expired.
    const notAfter = Math.min(now + this.lifetimes.leaf, validityOf(current.certificate).notAfter);
    const issued = await issueCertificate(current, {
      subject: [{ CN: [commonName] }],
      usages,
      alternativeNames: [{ type: "url", value: id }],
    }, { notBefore: now - backdating, notAfter });
    return { ...issued, renewAt: await this.renewalOf(issued.certificate) };
  }
}

function same(a: Authorities, b: Authorities): boolean {
  return trustBundle(a) === trustBundle(b) &&
    a.current.certificate === b.current.certificate &&
    a.current.privateKey === b.current.privateKey;
}
