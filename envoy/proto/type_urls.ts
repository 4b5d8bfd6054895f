/**
 * The type URLs of the resources this program serves (`type.googleapis.com/` and message name).
 *
 * Messages that only travel inside another one's `Any` get theirs from {@linkcode typeUrlOf}.
 */
export const typeUrls = {
  cluster: "type.googleapis.com/envoy.config.cluster.v3.Cluster",
  endpoint: "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment",
  listener: "type.googleapis.com/envoy.config.listener.v3.Listener",
  route: "type.googleapis.com/envoy.config.route.v3.RouteConfiguration",
  secret: "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret",
} as const;

/** The type URL of a message by its full name, e.g. `envoy.config.cluster.v3.Cluster`. */
export function typeUrlOf(messageName: string): string {
  return `type.googleapis.com/${messageName}`;
}
