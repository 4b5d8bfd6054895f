/**
 * Keeps the certificate fresh with which this manager shows itself to Envoys.
 *
 * @module
 */
import { alarm } from "../../../base/alarm.ts";
import type { Clock } from "../../../base/clock.ts";
import type { Logger } from "../../../base/logger.ts";
import type { TlsCredentials } from "../../../envoy/xds/tls_credentials.ts";
import type { XdsIdentity } from "../../../fleet/identity/xds_identity.ts";

/** What it works with. */
export interface ServerCertificateOptions {
  readonly identity: XdsIdentity;
  readonly credentials: Pick<TlsCredentials, "update">;
  readonly log: Logger;
  readonly clock: Clock;
}

/** Milliseconds until the next try after one that failed. */
const retryAfter = 10_000;

/** Another one with every change of the authority, and in time before it expires. */
export class ServerCertificate implements Disposable {
  readonly #subscription: Disposable;
  #renewal: Disposable | undefined;
  /** One after another: a certificate of an older authority must not come out last. */
  #renewing: Promise<void> = Promise.resolve();
  #disposed = false;

  constructor(private readonly options: ServerCertificateOptions) {
    this.#subscription = options.identity.changes.subscribe(() => this.#enqueue());
    if (options.identity.authorities !== undefined) this.#enqueue();
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#subscription[Symbol.dispose]();
    this.#renewal?.[Symbol.dispose]();
  }

  #enqueue(): void {
    this.#renewing = this.#renewing.then(() => this.#renew());
  }

  /** Never rejects. */
  async #renew(): Promise<void> {
    if (this.#disposed) return;
    const { identity, credentials, clock, log } = this.options;
    let next: number;
    try {
      const issued = await identity.issueManager();
      credentials.update({ ...issued, trust: identity.trust() });
      next = issued.renewAt;
    } catch (error) {
      log.error("the xDS server gets no new certificate; trying again", { error });
      next = clock.now() + retryAfter;
    }
    this.#renewal?.[Symbol.dispose]();
    if (this.#disposed) return;
    this.#renewal = alarm(clock, next, () => this.#enqueue());
  }
}
