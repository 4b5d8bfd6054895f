/**
 * Credentials of a ServiceAccount, as a pod would get them.
 *
 * @module
 */
import type { ControlPlane } from "../cluster/control_plane.ts";

/** A kubeconfig in a file is not renewed, and whoever reads it may start again much later: seconds. */
const expirationSeconds = 24 * 3600;

interface TokenRequest {
  status: { token: string };
}

/** What a token is for. */
interface TokenOptions {
  /** Default: the API server. */
  readonly audiences?: readonly string[];
  /** Seconds until it expires; the API server's own default is an hour. */
  readonly expirationSeconds?: number;
}

/** A bound token of a ServiceAccount. */
export async function serviceAccountToken(
  plane: ControlPlane,
  namespace: string,
  name: string,
  options: TokenOptions = {},
): Promise<string> {
  const { status } = await plane.admin.request<TokenRequest>(
    "POST",
    `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
    {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: options,
    },
  );
  return status.token;
}

/** Writes a kubeconfig with a bound token of a ServiceAccount; returns its path. */
export async function serviceAccountKubeconfig(
  plane: ControlPlane,
  namespace: string,
  name: string,
): Promise<string> {
  const token = await serviceAccountToken(plane, namespace, name, { expirationSeconds });
  return await plane.tokenKubeconfig(token, namespace);
}
