/**
 * Under which URL tenants reach the hub's API server.
 *
 * @module
 */
import { parse } from "yaml";
import { type ConfigMap, configMaps } from "../../../apis/core/v1.ts";
import type { EndpointSlice } from "../../../apis/discovery/v1.ts";
import { isApiError } from "../../../kube/api_error.ts";
import type { KubeClient } from "../../../kube/client.ts";

/** Where the URL may come from, in the order of preference (upstream's, after the flag). */
export interface ServerAddressSources {
  /** `--tenant-api-server-url`. */
  readonly flag?: string;
  /** ConfigMap `kube-public/cluster-info`, as kubeadm writes it. */
  readonly clusterInfo?: ConfigMap;
  /** EndpointSlice `default/kubernetes`: the API server's own address. */
  readonly kubernetesEndpoints?: EndpointSlice;
  /** The URL this manager itself uses. */
  readonly own: string;
}

/** Reads what kubeadm publishes; undefined where there is none, or it may not be read. */
export async function readClusterInfo(
  client: Pick<KubeClient, "get">,
  signal: AbortSignal,
): Promise<ConfigMap | undefined> {
  try {
    const name = { namespace: "kube-public", name: "cluster-info" };
    return await client.get(configMaps, name, { signal });
  } catch (error) {
    if (isApiError(error, "Forbidden")) return undefined;
    throw error;
  }
}

/** The first source that says something. */
export function serverAddress(sources: ServerAddressSources): string {
  return sources.flag || fromClusterInfo(sources.clusterInfo) ||
    fromEndpoints(sources.kubernetesEndpoints) || sources.own;
}

function fromClusterInfo(clusterInfo: ConfigMap | undefined): string | undefined {
  const text = clusterInfo?.data?.["kubeconfig"];
  if (text === undefined) return undefined;
  let content: unknown;
  try {
    content = parse(text);
  } catch {
    return undefined; // not ours to report: the next source is as good
  }
  const { clusters } = (content ?? {}) as { clusters?: { cluster?: { server?: unknown } }[] };
  const server = Array.isArray(clusters) ? clusters[0]?.cluster?.server : undefined;
  return typeof server === "string" && server !== "" ? server : undefined;
}

function fromEndpoints(slice: EndpointSlice | undefined): string | undefined {
  const address = slice?.endpoints?.[0]?.addresses[0];
  const port = slice?.ports?.find((candidate) => candidate.name === "https")?.port;
  if (address === undefined || port === undefined) return undefined;
  return `https://${address.includes(":") ? `[${address}]` : address}:${port}`;
}
