/**
 * Mutual TLS for the xDS server, with certificates that can be replaced while streams go on.
 *
 * @module
 */
import { experimental, type ServerCredentials } from "@grpc/grpc-js";
import { Buffer } from "node:buffer";

/** PEM texts. */
export interface TlsMaterial {
  /** Who may have signed the clients' certificates; one or more. */
  readonly trust: string;
  readonly certificate: string;
  readonly privateKey: string;
}

type CaUpdate = { caCertificate: Buffer } | null;
type IdentityUpdate = { certificate: Buffer; privateKey: Buffer } | null;

/**
 * Credentials of a server, as a rule of one that demands a client certificate. Until the first material is there, every
 * connection is refused; each further one holds for connections that come after it.
 */
export class TlsCredentials {
  /** For clients that show a certificate. */
  readonly credentials: ServerCredentials;
  /** For clients that prove in another way who they are: they see the same server certificate. */
  readonly withoutClientCertificates: ServerCredentials;
  readonly #authorities = new Source<CaUpdate>(null);
  readonly #identity = new Source<IdentityUpdate>(null);

  constructor() {
    const provider = {
      addCaCertificateListener: this.#authorities.add,
      removeCaCertificateListener: this.#authorities.remove,
      addIdentityCertificateListener: this.#identity.add,
      removeIdentityCertificateListener: this.#identity.remove,
    };
    const { createCertificateProviderServerCredentials } = experimental;
    this.credentials = createCertificateProviderServerCredentials(provider, provider, true);
    // Null says that none is asked for, which the library's types do not know; nor does it matter
    // what they call the parameters: 1.14.7 hands them on in the other order.
    this.withoutClientCertificates = createCertificateProviderServerCredentials(
      provider,
      null as never,
      false,
    );
  }

  /** Takes new material into use. */
  update({ trust, certificate, privateKey }: TlsMaterial): void {
    this.#authorities.set({ caCertificate: Buffer.from(trust) });
    this.#identity.set({
      certificate: Buffer.from(certificate),
      privateKey: Buffer.from(privateKey),
    });
  }
}

/** The latest value, for listeners that come before or after it. */
class Source<T> {
  readonly #listeners = new Set<(value: T) => void>();

  constructor(private value: T) {}

  readonly add = (listener: (value: T) => void): void => {
    this.#listeners.add(listener);
    // Not at once: the library adds us before it adds the server that we should reach through it.
    queueMicrotask(() => {
      if (this.#listeners.has(listener)) listener(this.value);
    });
  };

  readonly remove = (listener: (value: T) => void): void => {
    this.#listeners.delete(listener);
  };

  set(value: T): void {
    this.value = value;
    for (const listener of this.#listeners) listener(value);
  }
}
