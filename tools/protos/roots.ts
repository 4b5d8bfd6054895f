/**
 * Which Envoy messages are generated: these files and whatever their messages refer to.
 *
 * A message that only appears inside an `Any` has to be named here, because nothing refers to it.
 */
export const rootProtos: readonly string[] = [
  // Discovery services
  "envoy/service/discovery/v3/ads.proto",
  "envoy/service/discovery/v3/discovery.proto",
  // Resources
  "envoy/config/cluster/v3/cluster.proto",
  "envoy/config/cluster/v3/outlier_detection.proto",
  "envoy/config/core/v3/backoff.proto",
  "envoy/config/core/v3/health_check.proto",
  "envoy/config/core/v3/substitution_format_string.proto",
  "envoy/config/endpoint/v3/endpoint.proto",
  "envoy/config/listener/v3/listener.proto",
  "envoy/config/route/v3/route.proto",
  "envoy/extensions/transport_sockets/tls/v3/secret.proto",
  "envoy/extensions/transport_sockets/tls/v3/tls.proto",
  // Access logs
  "envoy/config/accesslog/v3/accesslog.proto",
  "envoy/extensions/access_loggers/file/v3/file.proto",
  "envoy/extensions/access_loggers/stream/v3/stream.proto",
  // Filters
  "envoy/extensions/filters/http/health_check/v3/health_check.proto",
  "envoy/extensions/filters/http/router/v3/router.proto",
  "envoy/extensions/filters/listener/proxy_protocol/v3/proxy_protocol.proto",
  "envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector.proto",
  "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.proto",
  "envoy/extensions/filters/network/rbac/v3/rbac.proto",
  "envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy.proto",
  "envoy/extensions/filters/udp/udp_proxy/v3/route.proto",
  "envoy/extensions/filters/udp/udp_proxy/v3/udp_proxy.proto",
  // Matching
  "envoy/extensions/matching/common_inputs/network/v3/network_inputs.proto",
  "envoy/extensions/matching/input_matchers/ip/v3/ip.proto",
  "xds/type/matcher/v3/ip.proto",
  "xds/type/matcher/v3/matcher.proto",
  // Upstream connections
  "envoy/extensions/transport_sockets/proxy_protocol/v3/upstream_proxy_protocol.proto",
  "envoy/extensions/transport_sockets/raw_buffer/v3/raw_buffer.proto",
  "envoy/extensions/upstreams/http/v3/http_protocol_options.proto",
  "envoy/extensions/upstreams/tcp/v3/tcp_protocol_options.proto",
  // Common values
  "envoy/type/v3/percent.proto",
  "google/protobuf/any.proto",
  "google/protobuf/duration.proto",
  "google/protobuf/struct.proto",
  "google/protobuf/wrappers.proto",
  "google/rpc/status.proto",
];

/**
 * Messages and packages that are not generated even where something refers to them, and with them
 * the fields of that type. Each costs memory in every manager, and none is of use to it: expression
 * languages, tracing, rate limit services, gRPC services (only a bootstrap names one, in JSON).
 */
export const leftOut: readonly string[] = [
  "envoy.config.core.v3.ApiConfigSource",
  "envoy.config.core.v3.GrpcService",
  "envoy.config.route.v3.RateLimit",
  "envoy.config.trace",
  "envoy.extensions.filters.network.http_connection_manager.v3.EnvoyMobileHttpConnectionManager",
  "envoy.extensions.filters.network.http_connection_manager.v3.ScopedRds",
  "envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes",
  "envoy.type.tracing",
  "google.api.expr",
  "xds.core.v3.CollectionEntry",
  "xds.core.v3.ResourceLocator",
];
