/**
 * The Secret that keeps the authority of xDS certificates.
 *
 * `tls.crt` and `tls.key` are the authority that signs, `ca.crt` is all that is trusted, `next.crt`
 * and `next.key` are the successor, once there is one. An operator's own Secret needs no more than the
 * first two, as cert-manager writes them.
 *
 * @module
 */
import { X509Certificate } from "node:crypto";
import type { Secret } from "../../../apis/core/v1.ts";
import {
  managedByLabel,
  managedByValue,
  xdsAuthoritySecretName,
} from "../../../apis/kubelb/names.ts";
import { checkAuthority, type KeyPair } from "../../../base/certificates.ts";
import { type Authorities, trustBundle } from "../../../fleet/identity/authority_plan.ts";

/** Whether this program may change it; an operator's own is only read. */
export function isManaged({ metadata }: Secret): boolean {
  return metadata.labels?.[managedByLabel] === managedByValue;
}

/** The Secret as it should be, ready for server-side apply. */
export function authoritySecret(namespace: string, authorities: Authorities): Secret {
  const { current, next } = authorities;
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: xdsAuthoritySecretName,
      namespace,
      labels: { [managedByLabel]: managedByValue },
    },
    type: "kubernetes.io/tls",
    data: {
      "tls.crt": btoa(current.certificate),
      "tls.key": btoa(current.privateKey),
      "ca.crt": btoa(trustBundle(authorities)),
      ...(next && { "next.crt": btoa(next.certificate), "next.key": btoa(next.privateKey) }),
    },
  };
}

/**
 * What a Secret says.
 *
 * @throws Error that names the key and says what is wrong, without quoting it.
 */
export async function readAuthorities({ data = {} }: Secret): Promise<Authorities> {
  const current = await readPair(data, "tls");
  const next = data["next.crt"] === undefined ? undefined : await readPair(data, "next");
  const known = new Set([current, next].map((pair) => pair?.certificate));
  const retired = data["ca.crt"] === undefined ? [] : certificatesIn(data, "ca.crt");
  return {
    current,
    ...(next && { next }),
    retired: retired.filter((certificate) => !known.has(certificate)),
  };
}

type Data = NonNullable<Secret["data"]>;

async function readPair(data: Data, prefix: "tls" | "next"): Promise<KeyPair> {
  const certificate = certificatesIn(data, `${prefix}.crt`)[0]!;
  const pair = { certificate, privateKey: text(data, `${prefix}.key`) };
  try {
    await checkAuthority(pair);
  } catch (cause) {
    throw new Error(`${prefix}.crt and ${prefix}.key: ${(cause as Error).message}`, { cause });
  }
  return pair;
}

const certificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** In one form, so that they can be compared. */
function certificatesIn(data: Data, key: string): string[] {
  const found = text(data, key).match(certificate) ?? [];
  if (found.length === 0) throw new Error(`${key} holds no certificate`);
  try {
    return found.map((pem) => new X509Certificate(pem).toString().trim());
  } catch (cause) {
    throw new Error(`${key} holds a certificate that cannot be read`, { cause });
  }
}

function text(data: Data, key: string): string {
  const value = data[key];
  if (value === undefined) throw new Error(`${key} is missing`);
  try {
    return atob(value);
  } catch {
    throw new Error(`${key} is not base64`);
  }
}
