/**
 * How the pods of a fleet are to be: what Config and Tenant decide, and what the manager's flags do.
 *
 * @module
 */
import type { ResourceRequirements } from "../../apis/core/resource_requirements.ts";
import type { Affinity, Toleration } from "../../apis/core/scheduling.ts";

/** What may differ from fleet to fleet, and change at any time. */
export interface FleetSettings {
  readonly replicas: number;
  readonly resources?: ResourceRequirements;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly tolerations?: readonly Toleration[];
  readonly affinity?: Affinity;
  /** Spread the pods over nodes, as far as there are enough. */
  readonly spread: boolean;
  /** Seconds that a pod goes on with open connections when it is to end; 0 ends it at once. */
  readonly drainSeconds: number;
  /** Seconds after which it is killed; more than `drainSeconds`. */
  readonly graceSeconds: number;
  /** Connections that one Envoy accepts. */
  readonly maxConnections: number;
  /** Bytes of heap; above, an Envoy sheds load. Default: no limit. */
  readonly maxHeapBytes?: number;
}

/** What is the same for all fleets of a manager. */
export interface PodOptions {
  readonly image: string;
  /** Where pods reach the managers. */
  readonly xdsServers: readonly { readonly host: string; readonly port: number }[];
  /** Worker threads of each Envoy. */
  readonly concurrency: number;
}
