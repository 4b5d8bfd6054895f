/**
 * Mutual TLS between an Envoy and its xDS server. Certificates come from files that Envoy follows, so
 * that they can be replaced while it runs.
 *
 * @module
 */

/** Files written by {@linkcode identitySecret} and {@linkcode trustSecret}. */
export interface XdsTlsFiles {
  /** Envoy's own certificate and key. */
  readonly identity: string;
  /** Whom Envoy believes to be its server. */
  readonly trust: string;
  /** The folder of both; Envoy watches it for renames. */
  readonly directory: string;
}

const tls = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3";
const identityName = "kubelb_xds_identity";
const trustName = "kubelb_xds_trust";

/** The transport socket of the xDS cluster. */
export function xdsTransportSocket(files: XdsTlsFiles): Record<string, unknown> {
  const secret = (name: string, path: string) => ({
    name,
    sdsConfig: {
      resourceApiVersion: "V3",
      pathConfigSource: { path, watchedDirectory: { path: files.directory } },
    },
  });
  return {
    name: "envoy.transport_sockets.tls",
    typedConfig: {
      "@type": `${tls}.UpstreamTlsContext`,
      commonTlsContext: {
        tlsParams: { tlsMinimumProtocolVersion: "TLSv1_2" },
        alpnProtocols: ["h2"],
        tlsCertificateSdsSecretConfigs: [secret(identityName, files.identity)],
        validationContextSdsSecretConfig: secret(trustName, files.trust),
      },
    },
  };
}

/** The content of {@linkcode XdsTlsFiles.identity}; both PEM. */
export function identitySecret(certificate: string, privateKey: string): Record<string, unknown> {
  return secretFile(identityName, tlsCertificate(certificate, privateKey));
}

function tlsCertificate(certificate: string, privateKey: string) {
  return {
    tlsCertificate: {
      certificateChain: { inlineString: certificate },
      privateKey: { inlineString: privateKey },
    },
  };
}

/** The certificate in what {@linkcode identitySecret} made; undefined when something else did. */
export function identityCertificate(content: unknown): string | undefined {
  const file = content as { resources?: [ReturnType<typeof tlsCertificate>] };
  const certificate = file?.resources?.[0]?.tlsCertificate?.certificateChain?.inlineString;
  return typeof certificate === "string" ? certificate : undefined;
}

/**
 * The content of {@linkcode XdsTlsFiles.trust}.
 *
 * @param authorities PEM, one or more.
 * @param serverId URI that the server's certificate must carry: whoever else the authority has signed
 *   for is no server.
 */
export function trustSecret(authorities: string, serverId: string): Record<string, unknown> {
  return secretFile(trustName, {
    validationContext: {
      trustedCa: { inlineString: authorities },
      matchTypedSubjectAltNames: [{ sanType: "URI", matcher: { exact: serverId } }],
    },
  });
}

function secretFile(name: string, content: Record<string, unknown>): Record<string, unknown> {
  return { resources: [{ "@type": `${tls}.Secret`, name, ...content }] };
}
