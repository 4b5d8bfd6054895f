/**
 * The cluster behind a front port.
 *
 * @module
 */
import { envoy } from "../proto/mod.ts";
import { healthCheckMessage, healthCheckSocketMatch } from "./health_check.ts";
import { type L4Service, statName } from "./l4_service.ts";
import { outlierDetection } from "./outlier_detection.ts";
import { duration, packAny } from "./wire.ts";

/** Seconds to wait for an endpoint to accept; enough for one SYN to be lost and sent again. */
const connectTimeout = 2;

/**
 * Envoy's default of 1024 connections is meant for services that call each other; at a load
 * balancer it would be a limit nobody asked for. Ports and file descriptors run out long before.
 */
const practicallyUnlimited = { value: 1_000_000 };

/**
 * Endpoints are not in it: they come by EDS, so that the change made most often replaces neither
 * cluster nor listener.
 */
export function cluster(service: L4Service): envoy.config.cluster.v3.ICluster {
  const { DiscoveryType, LbPolicy } = envoy.config.cluster.v3.Cluster;
  return {
    name: service.name,
    altStatName: statName(service),
    type: DiscoveryType.EDS,
    edsClusterConfig: {
      edsConfig: { ads: {}, resourceApiVersion: envoy.config.core.v3.ApiVersion.V3 },
    },
    connectTimeout: duration(connectTimeout),
    lbPolicy: service.persistence === "SourceIP" ? LbPolicy.MAGLEV : LbPolicy.ROUND_ROBIN,
    // While one endpoint is healthy nothing goes to the others. When none is, all are tried: a health
    // check may have come before the pods did, and a connection that would be refused anyway loses
    // nothing. Envoy rounds to whole percents, so 1 is the least that means "none" up to 100 nodes.
    commonLbConfig: { healthyPanicThreshold: { value: 1 } },
    // An endpoint that the configuration no longer names gets nothing, healthy or not.
    ignoreHealthOnHostRemoval: true,
    circuitBreakers: {
      thresholds: [{
        // To a cluster of UDP the session of a client is a connection.
        maxConnections: service.maxClients ? { value: service.maxClients } : practicallyUnlimited,
        maxPendingRequests: practicallyUnlimited,
        maxRequests: practicallyUnlimited,
      }],
    },
    ...healthChecks(service),
    ...(service.protocol === "TCP" && tcpOptions(service)),
  };
}

function healthChecks({ healthCheck, protocol }: L4Service): envoy.config.cluster.v3.ICluster {
  if (healthCheck === undefined) return {};
  // A node port for UDP refuses every TCP connection: the check would condemn all endpoints.
  if (healthCheck.kind === "tcp" && protocol === "UDP") return {};
  return { healthChecks: [healthCheckMessage(healthCheck)] };
}

function tcpOptions(service: L4Service): envoy.config.cluster.v3.ICluster {
  return {
    outlierDetection: outlierDetection(),
    // NAT gateways and firewalls between hub and nodes forget idle connections after four minutes
    // or more; a probe every two reminds them, and finds dead peers.
    upstreamConnectionOptions: {
      tcpKeepalive: {
        keepaliveTime: { value: 120 },
        keepaliveInterval: { value: 30 },
        keepaliveProbes: { value: 4 },
      },
    },
    ...(service.proxyProtocol === "v2" && proxyProtocol(service)),
  };
}

function proxyProtocol({ healthCheck }: L4Service): envoy.config.cluster.v3.ICluster {
  const { ProxyProtocolUpstreamTransport } = envoy.extensions.transport_sockets.proxy_protocol.v3;
  const plain = plainSocket();
  return {
    transportSocket: {
      name: "envoy.transport_sockets.upstream_proxy_protocol",
      typedConfig: packAny(
        "envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport",
        ProxyProtocolUpstreamTransport,
        {
          config: { version: envoy.config.core.v3.ProxyProtocolConfig.Version.V2 },
          transportSocket: plain,
        },
      ),
    },
    // kube-proxy's health port, unlike the data port, does not understand the header.
    ...(healthCheck?.kind === "http" && {
      transportSocketMatches: [
        { name: "health-check", match: healthCheckSocketMatch, transportSocket: plain },
      ],
    }),
  };
}

function plainSocket(): envoy.config.core.v3.ITransportSocket {
  const { RawBuffer } = envoy.extensions.transport_sockets.raw_buffer.v3;
  return {
    name: "envoy.transport_sockets.raw_buffer",
    typedConfig: packAny(
      "envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer",
      RawBuffer,
      {},
    ),
  };
}
