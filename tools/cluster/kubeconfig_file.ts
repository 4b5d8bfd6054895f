/**
 * Kubeconfig files, written as JSON (which is YAML).
 *
 * @module
 */
import type { KeyPair } from "./certificate_authority.ts";

/** What a kubeconfig with one cluster, one user and one context says. */
export interface KubeconfigContent {
  /** Name of the cluster and the context. */
  readonly cluster: string;
  /** `https://host:port` */
  readonly server: string;
  /** PEM of the certificate authority. */
  readonly caCertificate: string;
  readonly user: string;
  /** A certificate, a token, or the user's entry word by word. */
  readonly credential:
    | KeyPair
    | { readonly token: string }
    | { readonly entry: Readonly<Record<string, unknown>> };
  readonly namespace?: string;
}

/** The text of the file. */
export function renderKubeconfig(content: KubeconfigContent): string {
  const { cluster, server, caCertificate, user, credential, namespace } = content;
  const file = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{
      name: cluster,
      cluster: { server, "certificate-authority-data": btoa(caCertificate) },
    }],
    users: [{ name: user, user: entryOf(credential) }],
    contexts: [{
      name: cluster,
      context: { cluster, user, ...(namespace === undefined ? {} : { namespace }) },
    }],
    "current-context": cluster,
  };
  return JSON.stringify(file, undefined, 2) + "\n";
}

function entryOf(credential: KubeconfigContent["credential"]): Readonly<Record<string, unknown>> {
  if ("entry" in credential) return credential.entry;
  if ("token" in credential) return credential;
  return {
    "client-certificate-data": btoa(credential.certificate),
    "client-key-data": btoa(credential.privateKey),
  };
}
