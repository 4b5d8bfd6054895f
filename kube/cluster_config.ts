/**
 * How to reach one cluster: from a kubeconfig file or from inside a pod.
 *
 * @module
 */
import { type Clock, systemClock } from "../base/clock.ts";
import { type Credential, tokenFileCredential } from "./credential.ts";
export { type KubeconfigOptions, loadKubeconfig } from "./kubeconfig.ts";

/** Everything a client needs to talk to one API server as one user. */
export interface ClusterConfig {
  /** Base URL without a trailing slash. */
  readonly server: string;
  /** PEM certificates that may sign the server's. Absent: the system's. */
  readonly caCerts?: readonly string[];
  /** HTTP proxy in front of the API server. */
  readonly proxyUrl?: string;
  readonly credential: Credential;
  /** Default namespace of the context, or the pod's own. */
  readonly namespace?: string;
  /** Where this came from, for messages: a path and context, or "in-cluster". */
  readonly source: string;
}

const serviceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

/** What {@linkcode inClusterConfig} reads; replaced in tests. */
export interface InClusterOptions {
  readonly folder?: string;
  readonly env?: (name: string) => string | undefined;
  readonly clock?: Clock;
}

/**
 * The cluster this pod runs in; its token is read again as the kubelet rotates it.
 *
 * @throws when this process does not run in a pod with a service account.
 */
export async function inClusterConfig(options: InClusterOptions = {}): Promise<ClusterConfig> {
  const {
    folder = serviceAccountFolder,
    env = (name) => Deno.env.get(name),
    clock = systemClock,
  } = options;
  const host = env("KUBERNETES_SERVICE_HOST");
  const port = env("KUBERNETES_SERVICE_PORT");
  if (!host || !port) {
    throw new Error(
      "not running inside a Kubernetes pod (KUBERNETES_SERVICE_HOST is not set): give --kubeconfig",
    );
  }
  let ca: string;
  try {
    ca = await Deno.readTextFile(`${folder}/ca.crt`);
  } catch (error) {
    throw new Error(
      `cannot read the service account at ${folder}: is automountServiceAccountToken off?`,
      { cause: error },
    );
  }
  const namespace = await Deno.readTextFile(`${folder}/namespace`).catch(() => "");
  const credential = tokenFileCredential(`${folder}/token`, clock);
  await credential.identity(true);
  return {
    server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
    caCerts: [ca],
    credential,
    source: "in-cluster",
    ...(namespace.trim() ? { namespace: namespace.trim() } : {}),
  };
}
