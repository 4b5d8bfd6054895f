/**
 * A resource as the xDS server carries it: encoded once, hashed once, shared by all streams.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { envoy, typeUrls } from "../proto/mod.ts";
import type { Listening } from "./socket_pace.ts";

const { SocketAddress } = envoy.config.core.v3;

/** One encoded resource. Never changes; a change is another object. */
export interface Resource {
  /** E.g. `type.googleapis.com/envoy.config.cluster.v3.Cluster`. */
  readonly typeUrl: string;
  /** Unique among the resources of its type in a fleet. */
  readonly name: string;
  /** Hash of {@linkcode Resource.body}: equal on every replica and after every restart. */
  readonly version: string;
  /** The encoded message: what `google.protobuf.Any` carries as `value`. */
  readonly body: Uint8Array;
  /**
   * Clusters only: the name of the endpoint assignment that the cluster waits for. A cluster that
   * changes warms again, and must be followed by its endpoints even if those did not change.
   */
  readonly assignment?: string;
  /** Listeners only. */
  readonly listening?: Listening;
}

/** The message of each resource type that {@linkcode encodeResource} takes. */
export interface ResourceMessages {
  [typeUrls.cluster]: envoy.config.cluster.v3.ICluster;
  [typeUrls.endpoint]: envoy.config.endpoint.v3.IClusterLoadAssignment;
  [typeUrls.listener]: envoy.config.listener.v3.IListener;
  [typeUrls.route]: envoy.config.route.v3.IRouteConfiguration;
  [typeUrls.secret]: envoy.extensions.transport_sockets.tls.v3.ISecret;
}

/** A type URL that this program serves. */
export type ResourceTypeUrl = keyof ResourceMessages;

/**
 * Encodes and hashes a message.
 *
 * Encoding writes maps in the order of their keys' insertion, so equal content must be built in an
 * equal order to get an equal version.
 *
 * @example
 * ```ts
 * import { typeUrls } from "../proto/mod.ts";
 * import { encodeResource } from "./resource.ts";
 * const resource = encodeResource(typeUrls.cluster, "web", { name: "web" });
 * console.assert(resource.version === "LXuoMjDtjRFOk-cO");
 * ```
 */
export function encodeResource<T extends ResourceTypeUrl>(
  typeUrl: T,
  name: string,
  message: ResourceMessages[T],
): Resource {
  // Copied: protobufjs encodes into slabs of 8 KiB, and the few hundred bytes that are kept for the
  // life of the resource would keep the slab with everything else that was encoded into it.
  const body = new Uint8Array(encoders[typeUrl].encode(message).finish());
  const assignment = assignmentOf(typeUrl, name, message);
  const listening = listeningOf(typeUrl, message);
  return {
    typeUrl,
    name,
    version: contentVersion(body),
    body,
    ...(assignment === undefined ? {} : { assignment }),
    ...(listening === undefined ? {} : { listening }),
  };
}

/** 96 bits of SHA-256: short on the wire, and no two contents will meet in it. */
export function contentVersion(body: Uint8Array): string {
  return createHash("sha256").update(body).digest("base64url").slice(0, 16);
}

const encoders: {
  readonly [T in ResourceTypeUrl]: {
    encode(message: ResourceMessages[T]): { finish(): Uint8Array };
  };
} = {
  [typeUrls.cluster]: envoy.config.cluster.v3.Cluster,
  [typeUrls.endpoint]: envoy.config.endpoint.v3.ClusterLoadAssignment,
  [typeUrls.listener]: envoy.config.listener.v3.Listener,
  [typeUrls.route]: envoy.config.route.v3.RouteConfiguration,
  [typeUrls.secret]: envoy.extensions.transport_sockets.tls.v3.Secret,
};

function assignmentOf(
  typeUrl: ResourceTypeUrl,
  name: string,
  message: ResourceMessages[ResourceTypeUrl],
): string | undefined {
  if (typeUrl !== typeUrls.cluster) return undefined;
  const { type, edsClusterConfig } = message as envoy.config.cluster.v3.ICluster;
  if (type !== envoy.config.cluster.v3.Cluster.DiscoveryType.EDS) return undefined;
  return edsClusterConfig?.serviceName || name;
}

function listeningOf(
  typeUrl: ResourceTypeUrl,
  message: ResourceMessages[ResourceTypeUrl],
): Listening | undefined {
  if (typeUrl !== typeUrls.listener) return undefined;
  const { address, additionalAddresses } = message as envoy.config.listener.v3.IListener;
  const udp = address?.socketAddress?.protocol === SocketAddress.Protocol.UDP;
  return { addresses: 1 + (additionalAddresses?.length ?? 0), protocol: udp ? "UDP" : "TCP" };
}
