/**
 * An OpenID Connect issuer for tests: the certified `oidc-provider`, with one public client, `kubelb`,
 * that the account `alice` has let in. A program of its own with dependencies of its own, so that they
 * are none of KubeLB's.
 *
 * Arguments: port, files of the serving certificate and its key, seconds that an ID token lives.
 * Prints `refresh <token>` when it is ready: what a login in a browser would have given.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import Provider from "oidc-provider";

const [port, certificate, key, lifetime] = Deno.args as [string, string, string, string];
const account = "alice";
const clientId = "kubelb";
const scope = "openid offline_access";

const provider = new Provider(`https://127.0.0.1:${port}`, {
  clients: [{
    client_id: clientId,
    token_endpoint_auth_method: "none",
    grant_types: ["authorization_code", "refresh_token"],
    redirect_uris: ["https://127.0.0.1/callback"],
  }],
  features: { devInteractions: { enabled: false } },
  findAccount: (_context: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
  // A refresh token is good for one use: whoever loses its successor has to log in again.
  rotateRefreshToken: true,
  ttl: { IdToken: Number(lifetime), AccessToken: 60, RefreshToken: 3600, Grant: 3600 },
});

const grant = new provider.Grant({ accountId: account, clientId });
grant.addOIDCScope(scope);
const client = await provider.Client.find(clientId);
const token = new provider.RefreshToken({
  accountId: account,
  authTime: Math.floor(Date.now() / 1000),
  client: client!,
  grantId: await grant.save(),
  gty: "authorization_code",
  scope,
});
const value = await token.save();
const pair = { cert: readFileSync(certificate), key: readFileSync(key) };
createServer(pair, provider.callback()).listen(Number(port), "127.0.0.1", () => {
  console.log(`refresh ${value}`);
});
