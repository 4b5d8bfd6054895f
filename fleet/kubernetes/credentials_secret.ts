/**
 * The Secret by which the Envoys of a fleet prove who they are.
 *
 * @module
 */
import type { Secret } from "../../apis/core/v1.ts";
import {
  envoyCredentialsSecretName,
  managedByLabel,
  managedByValue,
} from "../../apis/kubelb/names.ts";
import { identitySecret, trustSecret } from "../../envoy/translate/mod.ts";
import { managerId } from "../identity/spiffe_id.ts";
import type { IssuedCertificate } from "../identity/xds_identity.ts";

/** Names of its keys, which are files in the pod. */
export const credentialKeys = { identity: "identity.json", trust: "trust.json" } as const;

const renewAtAnnotation = "kubelb.k8c.io/renew-at";

/** The Secret with a new certificate. `trust` is PEM. */
export function credentialsSecret(
  fleet: string,
  issued: IssuedCertificate,
  trust: string,
): Secret {
  const { certificate, privateKey, renewAt } = issued;
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: envoyCredentialsSecretName,
      namespace: fleet,
      labels: { [managedByLabel]: managedByValue },
      annotations: { [renewAtAnnotation]: new Date(renewAt).toISOString() },
    },
    type: "Opaque",
    data: {
      [credentialKeys.identity]: encode(identitySecret(certificate, privateKey)),
      [credentialKeys.trust]: encode(trustContent(trust)),
    },
  };
}

/**
 * When the Secret has to be written anew, milliseconds since 1970; 0 is now.
 *
 * The authority that signs comes first in `trust`: another one there, and the certificate is of the
 * one before.
 */
export function renewalOf(secret: Secret | undefined, trust: string): number {
  const { [credentialKeys.identity]: identity, [credentialKeys.trust]: present } = secret?.data ??
    {};
  if (identity === undefined || present !== encode(trustContent(trust))) return 0;
  const time = Date.parse(secret?.metadata.annotations?.[renewAtAnnotation] ?? "");
  return Number.isNaN(time) ? 0 : time;
}

function trustContent(trust: string) {
  return trustSecret(trust, managerId);
}

function encode(content: unknown): string {
  return btoa(JSON.stringify(content));
}
