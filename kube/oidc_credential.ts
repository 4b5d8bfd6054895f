/**
 * ID tokens of an OpenID Connect issuer, renewed with a refresh token.
 *
 * The library behind plugins (`plugin_credential.ts`) offers the same and cannot do it: version 2.0.1
 * hands the issuer to its OpenID library as a string where that wants a URL, so that no refresh ever
 * succeeds.
 *
 * @module
 */
import { type Clock, systemClock } from "../base/clock.ts";
import { describeError } from "../base/errors.ts";
import type { Credential } from "./credential.ts";
import { sharedCredential } from "./shared_credential.ts";
import { tokenClaims } from "./token_claims.ts";

/** `auth-provider.config` of a kubeconfig. */
export interface OidcSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  readonly idToken: string | undefined;
  readonly refreshToken: string | undefined;
  /** PEM certificates that may sign the issuer's. Absent: the system's. */
  readonly ca: string | undefined;
}

/** What the issuer gives for a refresh token (OpenID Connect Core 1.0, §12.2). */
interface TokenAnswer {
  readonly "id_token"?: string;
  readonly "refresh_token"?: string;
  readonly "error"?: string;
  readonly "error_description"?: string;
}

/** The part of the issuer's metadata that matters here (OpenID Connect Discovery 1.0, §3). */
interface IssuerMetadata {
  readonly "issuer": string;
  readonly "token_endpoint": string;
  readonly "token_endpoint_auth_methods_supported"?: readonly string[];
}

/** A token is renewed so many milliseconds before its end (client-go). */
const reserve = 10_000;

/**
 * A credential that presents the ID token, and renews it shortly before its end or when the server
 * refuses it. Renewed tokens are kept in memory; settings that `read` finds changed are taken over.
 *
 * @param read reads the settings from where they come from.
 */
export function oidcCredential(
  read: () => Promise<OidcSettings>,
  clock: Clock = systemClock,
): Credential {
  let settings: OidcSettings | undefined;
  let { idToken, refreshToken }: Partial<OidcSettings> = {};
  return sharedCredential(async (fresh) => {
    if (settings === undefined || fresh) {
      const known = settings;
      settings = await read();
      const changed = known?.idToken !== settings.idToken ||
        known?.refreshToken !== settings.refreshToken;
      if (known === undefined || changed) ({ idToken, refreshToken } = settings);
      else idToken = undefined; // The server has refused it, and there is no other.
    }
    if (idToken === undefined || endOf(idToken) - reserve < clock.now()) {
      const answer = await refresh(settings, refreshToken);
      idToken = answer.id_token;
      refreshToken = answer.refresh_token ?? refreshToken;
    }
    return { authorization: `Bearer ${idToken}` };
  }, clock);
}

/** Milliseconds since 1970; 0 when the token does not say. */
function endOf(token: string): number {
  const end = tokenClaims(token)?.["exp"];
  return typeof end === "number" ? end * 1000 : 0;
}

async function refresh(
  settings: OidcSettings,
  refreshToken: string | undefined,
): Promise<TokenAnswer> {
  const { issuer, ca } = settings;
  if (refreshToken === undefined) {
    throw new Error(`the ID token of ${issuer} has ended, and there is no refresh-token`);
  }
  using http = Deno.createHttpClient(ca === undefined ? {} : { caCerts: [ca] });
  try {
    const location = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
    const metadata = await answerOf<IssuerMetadata>(await fetch(location, { client: http }));
    // §4.3: else somebody else might answer in the issuer's name.
    if (metadata.issuer !== issuer) throw new Error(`it calls itself ${metadata.issuer}`);
    const request = tokenRequest(settings, metadata, refreshToken);
    const response = await fetch(metadata.token_endpoint, { ...request, client: http });
    const answer = await answerOf<TokenAnswer>(response);
    if (answer.id_token === undefined) throw new Error("the answer contains no id_token");
    return answer;
  } catch (error) {
    throw new Error(`${issuer} does not renew the ID token: ${describeError(error)}`, {
      cause: error,
    });
  }
}

/** Who has no secret names itself in the body; a secret goes into the header unless refused there. */
function tokenRequest(
  { clientId, clientSecret }: OidcSettings,
  { "token_endpoint_auth_methods_supported": methods = ["client_secret_basic"] }: IssuerMetadata,
  refreshToken: string,
): RequestInit {
  const body = new URLSearchParams({ grant_type: "refresh_token", refresh_token: refreshToken });
  const headers = new Headers({ accept: "application/json" });
  if (clientSecret !== undefined && methods.includes("client_secret_basic")) {
    const pair = [clientId, clientSecret].map(encodeURIComponent).join(":");
    headers.set("authorization", `Basic ${btoa(pair)}`);
  } else {
    body.set("client_id", clientId);
    if (clientSecret !== undefined) body.set("client_secret", clientSecret);
  }
  return { method: "POST", headers, body };
}

async function answerOf<T extends object>(response: Response): Promise<T> {
  const text = await response.text();
  let answer: (T & TokenAnswer) | undefined;
  try {
    answer = JSON.parse(text);
  } catch {
    // Said below, with the status.
  }
  if (response.ok && answer !== undefined) return answer;
  const { error = `HTTP ${response.status}`, "error_description": more } = answer ?? {};
  throw new Error(more === undefined ? error : `${error} (${more})`);
}
