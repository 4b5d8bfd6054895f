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
  readonly credential: KeyPair | { readonly token: string };
  readonly namespace?: string;
}

/** The text of the file. */
export function renderKubeconfig(content: KubeconfigContent): string {
  const { cluster, server, caCertificate, user, credential, namespace } = content;
  const auth = "token" in credential ? { token: credential.token } : {
    "client-certificate-data": btoa(credential.certificate),
    "client-key-data": btoa(credential.privateKey),
  };
  const file = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{
      name: cluster,
      cluster: { server, "certificate-authority-data": btoa(caCertificate) },
    }],
    users: [{ name: user, user: auth }],
    contexts: [{
      name: cluster,
      context: { cluster, user, ...(namespace === undefined ? {} : { namespace }) },
    }],
    "current-context": cluster,
  };
  return JSON.stringify(file, undefined, 2) + "\n";
}
