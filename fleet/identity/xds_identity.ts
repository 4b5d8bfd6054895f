/**
 * Issues the certificates with which managers and Envoys know each other.
 *
 * @module
 */
import { issueCertificate, type KeyPair } from "../../base/certificates.ts";
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
export type CertificateIssuer = Pick<XdsIdentity, "trust" | "issueFleet" | "changes">;

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

  /** Puts authorities into force. */
  use(authorities: Authorities): void {
    this.#authorities = authorities;
    this.changes.emit();
  }

  /** What both ends trust, PEM. @throws Error while no authority is known. */
  trust(): string {
    return trustBundle(this.#known());
  }

  /**
   * For a manager: it serves Envoys and other managers, and is a client of the leading one.
   *
   * @throws Error while no authority is known.
   */
  issueManager(): Promise<IssuedCertificate> {
    return this.#issue("kubelb-manager", managerId, ["server", "client"]);
  }

  /** For the Envoys of a fleet. @throws Error while no authority is known. */
  issueFleet(fleet: string): Promise<IssuedCertificate> {
    return this.#issue("kubelb-envoy", fleetId(fleet), ["client"]);
  }

  async #issue(
    commonName: string,
    id: string,
    usages: readonly ("server" | "client")[],
  ): Promise<IssuedCertificate> {
    const { current } = this.#known();
    const now = this.clock.now();
    const issued = await issueCertificate(current, {
      subject: [{ CN: [commonName] }],
      usages,
      alternativeNames: [{ type: "url", value: id }],
    }, { notBefore: now - backdating, notAfter: now + this.lifetimes.leaf });
    return { ...issued, renewAt: now + this.lifetimes.leaf / 2 };
  }

  #known(): Authorities {
    if (this.#authorities !== undefined) return this.#authorities;
    throw new Error("the certificate authority of xDS connections is not known yet");
  }
}
