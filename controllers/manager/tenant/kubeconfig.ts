/**
 * The kubeconfig of a tenant's CCM.
 *
 * @module
 */
import { stringify } from "yaml";
import type { Secret } from "../../../apis/core/v1.ts";

/** What a kubeconfig is made of. */
export interface KubeconfigContent {
  /** URL of the hub's API server, as the tenant reaches it. */
  readonly server: string;
  /** Certificate authority, base64 of PEM as in the token Secret. */
  readonly certificateAuthorityData: string;
  readonly token: string;
  readonly namespace: string;
}

/** A kubeconfig with one cluster, user and context, named as upstream names them. */
export function kubeconfigOf(content: KubeconfigContent): string {
  const cluster = "kubelb-cluster";
  const user = "default-user";
  const context = "default-context";
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{
      name: cluster,
      cluster: {
        "certificate-authority-data": content.certificateAuthorityData,
        server: content.server,
      },
    }],
    users: [{ name: user, user: { token: content.token } }],
    contexts: [{ name: context, context: { cluster, namespace: content.namespace, user } }],
    "current-context": context,
  }, { lineWidth: 0 });
}

/**
 * What the token Secret holds once Kubernetes has filled it.
 *
 * @returns undefined while it is still empty.
 */
export function tokenOf(
  secret: Secret | undefined,
): { token: string; certificateAuthorityData: string } | undefined {
  const token = secret?.data?.["token"];
  const certificateAuthorityData = secret?.data?.["ca.crt"];
  if (!token || !certificateAuthorityData) return undefined;
  return { token: atob(token), certificateAuthorityData };
}
