/**
 * ServiceAccounts of a real API server, and tokens that it accepts for as short as a test needs.
 *
 * @module
 */
import { namespaces } from "../../apis/core/v1.ts";
import type { ControlPlane } from "../harness/mod.ts";

const encoder = new TextEncoder();

/** A ServiceAccount that may do everything. */
export interface ServiceAccount {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** Makes a ServiceAccount and binds it to `cluster-admin`. */
export async function makeServiceAccount(
  plane: ControlPlane,
  name: string,
): Promise<ServiceAccount> {
  const namespace = "default";
  const path = `/api/v1/${namespaces.plural}/${namespace}/serviceaccounts`;
  const { metadata } = await plane.admin.request<{ metadata: { uid: string } }>("POST", path, {
    metadata: { name },
  });
  const bindings = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
  await plane.admin.apply(`${bindings}/${name}`, {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
    subjects: [{ kind: "ServiceAccount", namespace, name }],
  });
  return { namespace, name, uid: metadata.uid };
}

/** API servers accept a token for so long after its end, in seconds (clock skew). */
const leeway = 60;

/**
 * A token as the API server itself issues them, signed with its own key, that it accepts for about
 * `seconds`. (It issues none for less than ten minutes.)
 */
export async function shortToken(
  plane: ControlPlane,
  { namespace, name, uid }: ServiceAccount,
  seconds: number,
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const issuer = "https://kubernetes.default.svc";
  const claims = {
    iss: issuer,
    aud: [issuer],
    sub: `system:serviceaccount:${namespace}:${name}`,
    iat: now - 600,
    nbf: now - 600,
    exp: now - leeway + seconds,
    "kubernetes.io": { namespace, serviceaccount: { name, uid } },
  };
  const signed = [{ alg: "ES256", typ: "JWT" }, claims]
    .map((part) => base64url(encoder.encode(JSON.stringify(part)))).join(".");
  const key = await signingKey(plane);
  const algorithm = { name: "ECDSA", hash: "SHA-256" };
  const signature = await crypto.subtle.sign(algorithm, key, encoder.encode(signed));
  return `${signed}.${base64url(new Uint8Array(signature))}`;
}

async function signingKey(plane: ControlPlane): Promise<CryptoKey> {
  const pem = await Deno.readTextFile(`${plane.folder}/pki/service-account.key`);
  const der = Uint8Array.fromBase64(pem.replace(/-----[^-]+-----|\s/g, ""));
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  return await crypto.subtle.importKey("pkcs8", der, algorithm, false, ["sign"]);
}

function base64url(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}
