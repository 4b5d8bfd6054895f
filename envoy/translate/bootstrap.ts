/**
 * What an Envoy of ours is started with: who it is, whom it asks for configuration, and how it can
 * be looked at. Everything else it gets by xDS.
 *
 * The builders here write protobuf's JSON form, which is what Envoy reads from a file.
 *
 * @module
 */
import {
  adminServer,
  claimListener,
  readyListener,
  statsListener,
  type Visibility,
} from "./bootstrap_admin.ts";
import { type OverloadLimits, overloadManager } from "./bootstrap_overload.ts";
import type { XdsTlsFiles } from "./bootstrap_tls.ts";
import { xdsCluster, xdsServer, type XdsServerPlace } from "./bootstrap_xds.ts";

/** Who the Envoy is and where its own sockets are. */
export interface BootstrapOptions extends OverloadLimits {
  /** Node id: the fleet. */
  readonly node: string;
  /** Node cluster: the fleet, or what several fleets share. */
  readonly cluster: string;
  readonly xds: XdsServerPlace;
  /** Default: plaintext. */
  readonly tls?: XdsTlsFiles;
  /** Path of the admin socket; relative to Envoy's working directory when it has no leading slash. */
  readonly adminSocket: string;
  /** Port that answers `GET /stats/prometheus` and nothing else. */
  readonly statsPort: number;
  /** Port that answers `GET /ready`, with 200 once the first configuration is loaded. */
  readonly readyPort: number;
  /** Of these two ports. Default: loopback. */
  readonly visibility?: Visibility;
  /** Name of a Unix socket that only one Envoy can have; a second one does not start. */
  readonly claim?: string;
}

/** The whole bootstrap, ready for `JSON.stringify`. */
export function bootstrap(options: BootstrapOptions): Record<string, unknown> {
  const { visibility = "loopback" } = options;
  return {
    node: { id: options.node, cluster: options.cluster },
    admin: { address: { pipe: { path: options.adminSocket, mode: 0o600 } } },
    dynamicResources: dynamicResources(),
    staticResources: {
      listeners: [
        statsListener(options.statsPort, visibility),
        readyListener(options.readyPort, visibility),
        ...(options.claim === undefined ? [] : [claimListener(options.claim)]),
      ],
      clusters: [xdsServer(options.xds, options.tls), adminServer(options.adminSocket)],
    },
    overloadManager: overloadManager(options),
  };
}

function dynamicResources() {
  return {
    adsConfig: {
      apiType: "DELTA_GRPC",
      transportApiVersion: "V3",
      setNodeOnFirstMessageOnly: true,
      grpcServices: [{
        envoyGrpc: {
          clusterName: xdsCluster,
          // Envoy's default backs off up to 30 s; a manager is back sooner than that.
          retryPolicy: { retryBackOff: { baseInterval: "0.1s", maxInterval: "2s" } },
        },
      }],
    },
    // Zero waits for ever: an Envoy that has never heard of its manager is not ready, rather than
    // ready with nothing to serve.
    cdsConfig: { ads: {}, resourceApiVersion: "V3", initialFetchTimeout: "0s" },
    ldsConfig: { ads: {}, resourceApiVersion: "V3", initialFetchTimeout: "0s" },
  };
}
