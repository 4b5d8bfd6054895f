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

/** Where xDS servers are that do not move: each serves all, and another is tried when one fails. */
export interface XdsServerNames {
  /** Names or IP addresses; at least one. A name may have several addresses. */
  readonly servers: readonly { readonly host: string; readonly port: number }[];
}

/** How an Envoy knows where its xDS server is. */
export type XdsServerPlace = XdsEndpointFile | XdsServerNames;

/** The name of the cluster that Envoy reaches the xDS server through. */
export const xdsCluster = "kubelb_xds";

/** The content of the file behind {@linkcode XdsEndpointFile}. */
export function xdsEndpoint(host: string, port: number): Record<string, unknown> {
  return {
    resources: [{
      "@type": "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment",
      ...assignment([{ host, port }]),
    }],
  };
}

/**
 * The one cluster that is there from the start. With a file, a manager on another port, or another
 * manager, takes over by replacing the file.
 */
export function xdsServer(place: XdsServerPlace, tls?: XdsTlsFiles): Record<string, unknown> {
  return {
    name: xdsCluster,
    ...("path" in place ? byFile(place) : byName(place)),
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

function byFile({ path, directory }: XdsEndpointFile) {
  return {
    type: "EDS",
    edsClusterConfig: {
      edsConfig: {
        resourceApiVersion: "V3",
        pathConfigSource: { path, watchedDirectory: { path: directory } },
      },
    },
  };
}

function byName({ servers }: XdsServerNames) {
  return {
    type: "STRICT_DNS",
    // Managers come and go, and a name's answer with them.
    dnsRefreshRate: "5s",
    loadAssignment: assignment(servers),
  };
}

function assignment(servers: XdsServerNames["servers"]) {
  return {
    clusterName: xdsCluster,
    endpoints: [{
      lbEndpoints: servers.map(({ host, port }) => ({
        endpoint: { address: { socketAddress: { address: host, portValue: port } } },
      })),
    }],
  };
}
