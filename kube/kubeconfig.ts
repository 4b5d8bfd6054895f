/**
 * Kubeconfig files, as `kubectl` reads them.
 *
 * @module
 */
import { X509Certificate } from "node:crypto";
import { dirname, isAbsolute, join } from "node:path";
import { parse } from "yaml";
import { type Clock, systemClock } from "../base/clock.ts";
import type { ClusterConfig } from "./cluster_config.ts";
import { type Credential, type Identity, tokenFileCredential } from "./credential.ts";
import { oidcCredential, type OidcSettings } from "./oidc_credential.ts";
import { pluginCredential } from "./plugin_credential.ts";

/** What may differ from the file's own choices. */
export interface KubeconfigOptions {
  /** Instead of the file's `current-context`. */
  readonly context?: string;
  readonly clock?: Clock;
}

/** `cluster` of a kubeconfig. */
interface ClusterEntry {
  "server"?: string;
  "certificate-authority"?: string;
  "certificate-authority-data"?: string;
  "insecure-skip-tls-verify"?: boolean;
  "tls-server-name"?: string;
  "proxy-url"?: string;
}

/** `user` of a kubeconfig. */
interface UserEntry {
  "client-certificate"?: string;
  "client-certificate-data"?: string;
  "client-key"?: string;
  "client-key-data"?: string;
  "token"?: string;
  "tokenFile"?: string;
  "username"?: string;
  "password"?: string;
  "exec"?: unknown;
  "auth-provider"?: unknown;
}

interface ContextEntry {
  cluster?: string;
  user?: string;
  namespace?: string;
}

/** One context of a file, resolved. */
interface Selection {
  readonly path: string;
  readonly context: string;
  readonly cluster: ClusterEntry;
  readonly user: UserEntry;
  readonly namespace: string | undefined;
}

/**
 * Reads one kubeconfig file and picks a context of it.
 *
 * The credential reads the file again when the server refuses it, so a kubeconfig that is replaced
 * on disk (a mounted Secret) needs no restart.
 *
 * @throws with a message that names the file and what is wrong with it: unreadable, not YAML,
 *   context missing, certificate expired (with its date), or an option that cannot be honoured.
 */
export async function loadKubeconfig(
  path: string,
  options: KubeconfigOptions = {},
): Promise<ClusterConfig> {
  const { clock = systemClock } = options;
  const selection = await select(path, options.context);
  const { cluster, namespace } = selection;
  refuseUnsupported(selection);
  const ca = await dataOrFile(selection, cluster, "certificate-authority");
  const credential = credentialOf(selection, options.context, clock);
  await credential.identity(true);
  return {
    server: serverOf(selection),
    credential,
    source: `${path} (context "${selection.context}")`,
    ...(ca ? { caCerts: [ca] } : {}),
    ...(cluster["proxy-url"] ? { proxyUrl: cluster["proxy-url"] } : {}),
    ...(namespace ? { namespace } : {}),
  };
}

async function select(path: string, wanted: string | undefined): Promise<Selection> {
  const file = await parseFile(path);
  const context = wanted ?? stringOf(file["current-context"]);
  if (!context) throw new Error(`kubeconfig ${path}: no current-context is set`);
  const entry = entryOf<ContextEntry>(path, file, "contexts", "context", context);
  const cluster = entryOf<ClusterEntry>(path, file, "clusters", "cluster", entry.cluster ?? "");
  // A context without a user is legal: anonymous.
  const user = entry.user ? entryOf<UserEntry>(path, file, "users", "user", entry.user) : {};
  return { path, context, cluster, user, namespace: entry.namespace };
}

async function parseFile(path: string): Promise<Record<string, unknown>> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    throw new Error(`kubeconfig ${path} cannot be read`, { cause: error });
  }
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw new Error(`kubeconfig ${path} is not YAML`, { cause: error });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error(`kubeconfig ${path} is not a kubeconfig: a mapping is expected`);
  }
  return value as Record<string, unknown>;
}

function entryOf<V>(
  path: string,
  file: Record<string, unknown>,
  list: string,
  key: string,
  name: string,
): V {
  const entries = Array.isArray(file[list]) ? file[list] as Record<string, unknown>[] : [];
  const entry = entries.find((candidate) => candidate?.["name"] === name);
  const body = entry?.[key];
  if (typeof body === "object" && body !== null) return body as V;
  const names = entries.map((candidate) => `"${stringOf(candidate?.["name"])}"`).join(", ");
  throw new Error(
    `kubeconfig ${path}: ${key} "${name}" does not exist (there is ${names || "none"})`,
  );
}

function serverOf(selection: Selection): string {
  const { server } = selection.cluster;
  if (!server || !URL.canParse(server)) {
    throw new Error(
      `kubeconfig ${selection.path}: the server of context "${selection.context}" is not a URL: ` +
        `"${server ?? ""}"`,
    );
  }
  return server.replace(/\/+$/, "");
}

function refuseUnsupported({ path, cluster }: Selection): void {
  if (cluster["insecure-skip-tls-verify"]) {
    throw new Error(
      `kubeconfig ${path}: insecure-skip-tls-verify is refused: set certificate-authority-data`,
    );
  }
  if (cluster["tls-server-name"]) {
    throw new Error(`kubeconfig ${path}: tls-server-name is not supported: use a name in server`);
  }
}

/** The text of `name-data` (base64) or of the file `name` (relative to the kubeconfig). */
async function dataOrFile(
  selection: Selection,
  holder: ClusterEntry | UserEntry | Readonly<Record<string, string>>,
  name: string,
): Promise<string | undefined> {
  const values = holder as Record<string, unknown>;
  const data = stringOf(values[`${name}-data`]);
  if (data) {
    try {
      return atob(data);
    } catch (error) {
      throw new Error(`kubeconfig ${selection.path}: ${name}-data is not base64`, { cause: error });
    }
  }
  const file = stringOf(values[name]);
  if (!file) return undefined;
  const location = resolvePath(selection.path, file);
  try {
    return await Deno.readTextFile(location);
  } catch (error) {
    throw new Error(`kubeconfig ${selection.path}: ${name} ${location} cannot be read`, {
      cause: error,
    });
  }
}

function credentialOf(
  selection: Selection,
  context: string | undefined,
  clock: Clock,
): Credential {
  const { user, path } = selection;
  if (isOidc(user)) {
    const read = async () => oidcSettings(await select(path, context));
    return oidcCredential(read, clock);
  }
  if (user.exec || user["auth-provider"]) {
    return pluginCredential(path, selection.context, clock);
  }
  const tokenFile = user.tokenFile
    ? tokenFileCredential(resolvePath(path, user.tokenFile), clock)
    : undefined;
  let known: Identity | undefined;
  return {
    async identity(fresh) {
      if (known === undefined || fresh) {
        const current = known === undefined ? selection : await select(path, context);
        known = await staticIdentity(current, clock);
      }
      return tokenFile ? { ...known, ...(await tokenFile.identity(fresh)) } : known;
    },
  };
}

function isOidc(user: UserEntry): boolean {
  return !user.exec && (user["auth-provider"] as { name?: string } | undefined)?.name === "oidc";
}

/** The settings that `kubectl` knows for the `oidc` provider. */
async function oidcSettings(selection: Selection): Promise<OidcSettings> {
  const provider = selection.user["auth-provider"] as { config?: Record<string, string> };
  const { config = {} } = provider;
  const issuer = config["idp-issuer-url"];
  const clientId = config["client-id"];
  if (!issuer || !clientId) {
    throw new Error(
      `kubeconfig ${selection.path}: auth-provider oidc needs idp-issuer-url and client-id`,
    );
  }
  return {
    issuer,
    clientId,
    clientSecret: config["client-secret"] || undefined,
    idToken: config["id-token"] || undefined,
    refreshToken: config["refresh-token"] || undefined,
    ca: await dataOrFile(selection, config, "idp-certificate-authority"),
  };
}

async function staticIdentity(selection: Selection, clock: Clock): Promise<Identity> {
  const { user, path } = selection;
  const cert = await dataOrFile(selection, user, "client-certificate");
  const key = await dataOrFile(selection, user, "client-key");
  if ((cert === undefined) !== (key === undefined)) {
    throw new Error(`kubeconfig ${path}: a client certificate needs both certificate and key`);
  }
  if (cert) checkValidity(path, cert, clock);
  const authorization = user.token
    ? `Bearer ${user.token}`
    : user.username
    ? `Basic ${btoa(`${user.username}:${user.password ?? ""}`)}`
    : undefined;
  return {
    ...(cert && key ? { certificate: { cert, key } } : {}),
    ...(authorization ? { authorization } : {}),
  };
}

/** An expired certificate otherwise shows only as a TLS alert that says nothing. */
function checkValidity(path: string, pem: string, clock: Clock): void {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch (error) {
    throw new Error(`kubeconfig ${path}: the client certificate is not PEM`, { cause: error });
  }
  const end = new Date(certificate.validTo);
  if (end.getTime() < clock.now()) {
    throw new Error(
      `kubeconfig ${path}: the client certificate expired on ${end.toISOString()}`,
    );
  }
}

function resolvePath(kubeconfig: string, file: string): string {
  return isAbsolute(file) ? file : join(dirname(kubeconfig), file);
}

function stringOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
