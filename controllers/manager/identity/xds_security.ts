/**
 * How the xDS server knows its clients, and they it.
 *
 * @module
 */
import { secrets } from "../../../apis/core/v1.ts";
import { envoyServiceAccountName, xdsAuthoritySecretName } from "../../../apis/kubelb/names.ts";
import type { Clock } from "../../../base/clock.ts";
import type { Logger } from "../../../base/logger.ts";
import type { ServerCredentials } from "@grpc/grpc-js";
import { peerCertificate } from "../../../envoy/xds/peer_certificate.ts";
import { TlsCredentials } from "../../../envoy/xds/tls_credentials.ts";
import type { XdsServerOptions } from "../../../envoy/xds/server.ts";
import type { XdsIdentity } from "../../../fleet/identity/xds_identity.ts";
import type { KubeClient } from "../../../kube/client.ts";
import type { Informers } from "../../../kube/informers.ts";
import { AuthorityFollower } from "./authority_follower.ts";
import {
  authorizeByCertificate,
  authorizeByNode,
  authorizeByToken,
  type KnownFleets,
} from "./authorize_fleet.ts";
import { TokenReviewer } from "./token_reviewer.ts";
import { ServerCertificate } from "./server_certificate.ts";

/** What it is made from. */
export interface XdsSecurityOptions {
  readonly informers: Informers;
  /** The manager's namespace. */
  readonly namespace: string;
  /** Absent: plaintext, which is for loopback only. */
  readonly identity?: XdsIdentity | undefined;
  readonly fleets: KnownFleets;
  /** Reviews tokens. */
  readonly client: KubeClient;
  readonly log: Logger;
  readonly clock: Clock;
}

/** Mutual TLS with the authority that a Secret of the hub keeps, or plaintext on loopback. */
export class XdsSecurity implements Disposable {
  /** For the server. */
  readonly server: Pick<XdsServerOptions, "authorize" | "credentials">;
  /** Of a server for clients that show a token; absent without TLS. */
  readonly tokenCredentials: ServerCredentials | undefined;
  /** The Secret, when there is one to be kept. */
  readonly authority;
  readonly #follower: AuthorityFollower | undefined;
  readonly #resources = new DisposableStack();

  constructor(options: XdsSecurityOptions) {
    const { informers, namespace, identity, fleets, client, log, clock } = options;
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
    this.tokenCredentials = tls.withoutClientCertificates;
    const reviewer = new TokenReviewer({ client, serviceAccount: envoyServiceAccountName, clock });
    this.server = {
      credentials: tls.credentials,
      // Where a certificate is demanded, TLS lets nobody in without one; where it is not, nobody is
      // asked for one.
      authorize(peer, node) {
        const certificate = peerCertificate(peer);
        return certificate === undefined
          ? authorizeByToken(peer, node.id, fleets, reviewer)
          : authorizeByCertificate(certificate, node.id, fleets);
      },
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
