/**
 * How an Envoy finds its xDS server.
 *
 * @module
 */

import { type XdsTlsFiles, xdsTransportSocket } from "./bootstrap_tls.ts";

/** Where Envoy finds the xDS server. */
export interface XdsEndpointFile {
  /** A file written by {@linkcode xdsEndpoint}, replaced atomically when the server moves. */
  readonly path: string;
  /** The folder of the file; Envoy watches it for renames. */
  readonly directory: string;
}

/** The name of the cluster that Envoy reaches the xDS server through. */
export const xdsCluster = "kubelb_xds";

/** The content of the file behind {@linkcode XdsEndpointFile}. */
export function xdsEndpoint(host: string, port: number): Record<string, unknown> {
  return {
    resources: [{
      "@type": "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment",
      clusterName: xdsCluster,
      endpoints: [{
        lbEndpoints: [{
          endpoint: { address: { socketAddress: { address: host, portValue: port } } },
        }],
      }],
    }],
  };
}

/**
 * The one cluster whose endpoints come from a file: a manager on another port, or another manager,
 * takes over by replacing the file.
 */
export function xdsServer(
  { path, directory }: XdsEndpointFile,
  tls?: XdsTlsFiles,
): Record<string, unknown> {
  return {
    name: xdsCluster,
    type: "EDS",
    edsClusterConfig: {
      edsConfig: {
        resourceApiVersion: "V3",
        pathConfigSource: { path, watchedDirectory: { path: directory } },
      },
    },
    connectTimeout: "1s",
    ...(tls && { transportSocket: xdsTransportSocket(tls) }),
    typedExtensionProtocolOptions: {
      "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
        "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
        explicitHttpConfig: {
          http2ProtocolOptions: { connectionKeepalive: { interval: "30s", timeout: "5s" } },
        },
      },
    },
    upstreamConnectionOptions: {
      tcpKeepalive: { keepaliveTime: 30, keepaliveInterval: 5, keepaliveProbes: 3 },
    },
  };
}
