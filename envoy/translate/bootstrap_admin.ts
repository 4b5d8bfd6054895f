/**
 * How an Envoy can be looked at without giving away its admin interface, which can also change and
 * stop it: listeners that pass on one path each.
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

/** Who reaches the listeners for stats and readiness. */
export type Visibility =
  /** Programs on the same machine. */
  | "loopback"
  /** In a pod: the kubelet and Prometheus come from elsewhere. */
  | "everyone";

/** Answers `GET /stats/prometheus` and nothing else. */
export function statsListener(port: number, visibility: Visibility): Record<string, unknown> {
  return listener("kubelb_stats", at(port, visibility), "/stats/prometheus");
}

/** Answers `GET /ready` and nothing else. */
export function readyListener(port: number, visibility: Visibility): Record<string, unknown> {
  return listener("kubelb_ready", at(port, visibility), "/ready");
}

/**
 * Listens on a Unix socket only so that no other Envoy can: an Envoy whose static listeners cannot be
 * bound ends at once. Answers `GET /ready`, too.
 */
export function claimListener(path: string): Record<string, unknown> {
  return listener("kubelb_claim", { pipe: { path } }, "/ready");
}

function at(portValue: number, visibility: Visibility) {
  return visibility === "loopback"
    ? { socketAddress: { address: "127.0.0.1", portValue } }
    : { socketAddress: { address: "::", portValue, ipv4Compat: true } };
}

function listener(name: string, address: Record<string, unknown>, path: string) {
  return {
    name,
    statPrefix: name,
    address,
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
          // Whoever asks decides how long to wait for an Envoy that is busy: no 504 after 15 s.
          routes: [{
            match: { path, headers: [get] },
            route: { cluster: adminCluster, timeout: "0s" },
          }],
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
