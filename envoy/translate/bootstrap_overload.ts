/**
 * What an Envoy does before it runs out of something.
 *
 * @module
 */

/** Limits of one Envoy. */
export interface OverloadLimits {
  /** Connections beyond this are closed at once instead of running out of file descriptors. */
  readonly maxConnections: number;
  /** Bytes; above 95 % Envoy gives memory back, above 98 % it takes no new connections. */
  readonly maxHeapBytes?: number;
}

/** The bootstrap's `overloadManager`. */
export function overloadManager(limits: OverloadLimits): Record<string, unknown> {
  const { maxConnections, maxHeapBytes } = limits;
  const connections = {
    name: "envoy.resource_monitors.global_downstream_max_connections",
    typedConfig: {
      "@type":
        "type.googleapis.com/envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
      maxActiveDownstreamConnections: maxConnections,
    },
  };
  if (maxHeapBytes === undefined) return { resourceMonitors: [connections] };
  return {
    resourceMonitors: [connections, heapMonitor(maxHeapBytes)],
    actions: [
      action("envoy.overload_actions.shrink_heap", 0.95),
      action("envoy.overload_actions.stop_accepting_connections", 0.98),
    ],
  };
}

const heap = "envoy.resource_monitors.fixed_heap";

function heapMonitor(maxHeapSizeBytes: number) {
  return {
    name: heap,
    typedConfig: {
      "@type":
        "type.googleapis.com/envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig",
      maxHeapSizeBytes,
    },
  };
}

function action(name: string, value: number) {
  return { name, triggers: [{ name: heap, threshold: { value } }] };
}
