/**
 * How an Envoy can be looked at without giving away its admin interface, which can also change and
 * stop it: two listeners on loopback that pass on one path each.
 *
 * @module
 */

const adminCluster = "kubelb_admin";

/** The cluster that leads to the admin socket. */
export function adminServer(path: string): Record<string, unknown> {
  return {
    name: adminCluster,
    type: "STATIC",
    connectTimeout: "1s",
    loadAssignment: {
      clusterName: adminCluster,
      endpoints: [{ lbEndpoints: [{ endpoint: { address: { pipe: { path } } } }] }],
    },
  };
}

/** Answers `GET /stats/prometheus` and nothing else. */
export function statsListener(port: number): Record<string, unknown> {
  return listener("kubelb_stats", port, "/stats/prometheus");
}

/** Answers `GET /ready` and nothing else. */
export function readyListener(port: number): Record<string, unknown> {
  return listener("kubelb_ready", port, "/ready");
}

function listener(name: string, portValue: number, path: string) {
  return {
    name,
    statPrefix: name,
    address: { socketAddress: { address: "127.0.0.1", portValue } },
    // Whoever looks must get an answer, most of all when the data listeners are full.
    ignoreGlobalConnLimit: true,
    bypassOverloadManager: true,
    filterChains: [{ filters: [connectionManager(name, path)] }],
  };
}

function connectionManager(statPrefix: string, path: string) {
  const get = { name: ":method", stringMatch: { exact: "GET" } };
  return {
    name: "envoy.filters.network.http_connection_manager",
    typedConfig: {
      "@type":
        "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
      statPrefix,
      routeConfig: {
        virtualHosts: [{
          name: statPrefix,
          domains: ["*"],
          routes: [{ match: { path, headers: [get] }, route: { cluster: adminCluster } }],
        }],
      },
      httpFilters: [{
        name: "envoy.filters.http.router",
        typedConfig: {
          "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router",
        },
      }],
    },
  };
}
