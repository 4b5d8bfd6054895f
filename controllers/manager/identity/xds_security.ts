/**
 * How the xDS server knows its clients, and they it.
 *
 * @module
 */
import { secrets } from "../../../apis/core/v1.ts";
import { xdsAuthoritySecretName } from "../../../apis/kubelb/names.ts";
import type { Clock } from "../../../base/clock.ts";
import type { Logger } from "../../../base/logger.ts";
import { TlsCredentials } from "../../../envoy/xds/tls_credentials.ts";
import type { XdsServerOptions } from "../../../envoy/xds/server.ts";
import type { XdsIdentity } from "../../../fleet/identity/xds_identity.ts";
import type { Informers } from "../../../kube/informers.ts";
import { AuthorityFollower } from "./authority_follower.ts";
import { authorizeByCertificate, authorizeByNode, type KnownFleets } from "./authorize_fleet.ts";
import { ServerCertificate } from "./server_certificate.ts";

/** What it is made from. */
export interface XdsSecurityOptions {
  readonly informers: Informers;
  /** The manager's namespace. */
  readonly namespace: string;
  /** Absent: plaintext, which is for loopback only. */
  readonly identity?: XdsIdentity | undefined;
  readonly fleets: KnownFleets;
  readonly log: Logger;
  readonly clock: Clock;
}

/** Mutual TLS with the authority that a Secret of the hub keeps, or plaintext on loopback. */
export class XdsSecurity implements Disposable {
  /** For the server. */
  readonly server: Pick<XdsServerOptions, "authorize" | "credentials">;
  /** The Secret, when there is one to be kept. */
  readonly authority;
  readonly #follower: AuthorityFollower | undefined;
  readonly #resources = new DisposableStack();

  constructor({ informers, namespace, identity, fleets, log, clock }: XdsSecurityOptions) {
    if (identity === undefined) {
      this.server = { authorize: (_peer, node) => authorizeByNode(node.id, fleets) };
      return;
    }
    const fieldSelector = `metadata.name=${xdsAuthoritySecretName}`;
    const cache = informers.informer(secrets, { namespace, fieldSelector }).cache;
    const tls = new TlsCredentials();
    const common = { identity, log, clock };
    this.#resources.use(new ServerCertificate({ ...common, credentials: tls }));
    this.#follower = this.#resources.use(new AuthorityFollower({ ...common, secrets: cache }));
    this.authority = { secrets: cache, lifetimes: identity.lifetimes };
    this.server = {
      credentials: tls.credentials,
      authorize: (peer, node) => authorizeByCertificate(peer, node.id, fleets),
    };
  }

  /** Why Envoys cannot connect, or not with the authority that they should; for `/readyz`. */
  get problem(): string | undefined {
    return this.#follower?.problem;
  }

  [Symbol.dispose](): void {
    this.#resources.dispose();
  }
}
