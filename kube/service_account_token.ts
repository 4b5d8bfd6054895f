/**
 * Tokens of ServiceAccounts: what they say of themselves, and how to ask for another.
 *
 * @module
 */
import type { KubeClient } from "./client.ts";
import type { Identity } from "./credential.ts";
import { tokenClaims } from "./token_claims.ts";

/** What is of interest in a ServiceAccount's token. */
export interface ServiceAccountClaims {
  readonly namespace: string;
  readonly name: string;
  /** The Secret that the token lives in, or dies with. */
  readonly secret?: string;
}

/** A bearer token, and for how many milliseconds from now it is good. */
export interface IssuedToken {
  readonly token: string;
  readonly lifetime: number;
}

/** Seconds. The API server gives no less than ten minutes; operators may limit it further. */
const wantedLifetime = 3600;

/**
 * The ServiceAccount that a token says it is of: good enough to ask the server, which checks.
 *
 * @returns undefined when the identity is no ServiceAccount's token.
 */
export function claimsOf({ authorization }: Identity): ServiceAccountClaims | undefined {
  const claims = tokenClaims(/^Bearer (.*)$/.exec(authorization ?? "")?.[1] ?? "");
  if (claims === undefined) return undefined;
  const [system, kind, namespace, name] = String(claims["sub"]).split(":");
  if (`${system}:${kind}` !== "system:serviceaccount" || !namespace || !name) return undefined;
  const bound = claims["kubernetes.io"] as { secret?: { name?: string } } | undefined;
  // A token of a Secret has flat claims, an issued one those of the object that it is bound to.
  const secret = claims["kubernetes.io/serviceaccount/secret.name"] ?? bound?.secret?.name;
  return { namespace, name, ...(typeof secret === "string" && { secret }) };
}

/**
 * Asks for a token of the same ServiceAccount (TokenRequest). A token that lives in a Secret gives
 * tokens that die with this Secret: deleting it still revokes everything at once.
 *
 * @throws {ApiError} when the server refuses or does not answer.
 */
export async function requestToken(
  client: Pick<KubeClient, "request">,
  { namespace, name, secret }: ServiceAccountClaims,
  signal?: AbortSignal,
): Promise<IssuedToken> {
  const { spec, status } = await client.request<{
    spec: { expirationSeconds: number };
    status: { token: string };
  }>({
    method: "POST",
    signal,
    path: `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
    body: {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: {
        expirationSeconds: wantedLifetime,
        ...(secret && { boundObjectRef: { apiVersion: "v1", kind: "Secret", name: secret } }),
      },
    },
  });
  // Not the time of its end: this machine's clock may be wrong.
  return { token: status.token, lifetime: spec.expirationSeconds * 1000 };
}
