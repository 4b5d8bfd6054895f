/**
 * `Config.spec.envoyProxy`: how the fleets of Envoys run. Defaults are upstream's.
 *
 * @module
 */

import { resourceRequirements } from "../../core/resource_requirements.ts";
import { affinity, toleration } from "../../core/scheduling.ts";
import {
  array,
  boolean,
  described,
  type Infer,
  integer,
  map,
  object,
  oneOf,
  optional,
  string,
} from "../../schema/mod.ts";

const gracefulShutdownSchema = object("How an Envoy stops.", {
  disabled: optional(boolean("Stop at once.", { default: false })),
  drainTimeout: optional(
    string("For how long open connections may go on, such as 60s.", { default: "60s" }),
  ),
  minDrainDuration: optional(
    string("For how long it drains even without connections.", { default: "5s" }),
  ),
  terminationGracePeriodSeconds: optional(integer(
    "Seconds until the pod is killed; longer than drainTimeout.",
    { format: "int64", minimum: 30, default: 300 },
  )),
});

const count = { format: "int64", minimum: 0 } as const;

const overloadManagerSchema = object("Protection from overload.", {
  enabled: optional(boolean("Whether it is on.", { default: false })),
  maxActiveDownstreamConnections: optional(
    integer("Most client connections of one Envoy; 0 is no limit.", count),
  ),
  maxHeapSizeBytes: optional(integer("Most heap of one Envoy; 0 is no limit.", count)),
});

const headerLimitsSchema = object("Limits of HTTP headers.", {
  maxRequestHeadersKb: optional(
    integer("Most kilobytes of request headers; 8192 when absent.", { minimum: 1, maximum: 8192 }),
  ),
  maxRequestHeadersCount: optional(
    integer("Most request headers; 4096 when absent.", { minimum: 1 }),
  ),
  maxResponseHeadersKb: optional(
    integer("Most kilobytes of response headers; 8192 when absent.", { minimum: 1, maximum: 8192 }),
  ),
});

/** See {@linkcode EnvoyProxySettings}. */
export const envoyProxySchema = object("How the fleets of Envoys run.", {
  // Upstream forbids to leave shared again; here a switch either way moves no address (design §2.10).
  topology: optional(oneOf(
    "shared: a fleet per tenant; global: one fleet for all. dedicated is accepted and means shared.",
    ["shared", "dedicated", "global"],
    { default: "shared" },
  )),
  useDaemonset: optional(boolean("An Envoy on every node instead of replicas.", {
    default: false,
  })),
  replicas: optional(integer("Envoys of a fleet.", { minimum: 1, default: 3 })),
  singlePodPerNode: optional(boolean("Spread the Envoys of a fleet over nodes.", {
    default: false,
  })),
  nodeSelector: optional(map("Labels of the nodes that run Envoys.", string("Value."))),
  tolerations: optional(array("Taints that Envoys tolerate.", toleration)),
  affinity: optional(affinity),
  resources: optional(described("Resources of the Envoy container.", resourceRequirements)),
  gracefulShutdown: optional(gracefulShutdownSchema),
  overloadManager: optional(overloadManagerSchema),
  podMonitor: optional(object("Metrics by the Prometheus operator.", {
    enabled: optional(boolean("Make a PodMonitor per tenant.", { default: false })),
  })),
  headerLimits: optional(headerLimitsSchema),
  portRange: optional(string(
    "Listener ports from which new load balancers are given theirs, first-last; the manager's " +
      "--port-range when absent. Ports that are in use stay.",
    { pattern: "^[0-9]{1,5}-[0-9]{1,5}$" },
  )),
});

/** How the fleets of Envoys run. */
export interface EnvoyProxySettings extends Infer<typeof envoyProxySchema> {}
