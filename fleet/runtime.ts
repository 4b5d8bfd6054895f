/**
 * Where Envoys run, as the rest of the program sees it.
 *
 * @module
 */

import type { DrainAllowance } from "../envoy/xds/socket_pace.ts";

/** What a fleet is doing. */
export type FleetState =
  /** Nothing runs and nothing is wanted. */
  | "stopped"
  /** Its process is on its way to its first complete configuration. */
  | "starting"
  /** It has a configuration and serves it. */
  | "running"
  /** It ended by itself; it will be started again after a pause. */
  | "backoff"
  /** It cannot be started at all, as things are; that is tried again all the same. */
  | "failed"
  /** It is finishing what it has and will be gone. */
  | "stopping";

/** A fleet at one moment. */
export interface FleetStatus {
  readonly state: FleetState;
  /** What is wrong and what to do about it, for people; present when something is. */
  readonly message?: string;
  /** Process id, where the fleet is a process of this machine. */
  readonly pid?: number;
  /** `host:port` of `GET /stats/prometheus`. */
  readonly statsAddress?: string;
  /** `host:port` of `GET /ready`. */
  readonly readyAddress?: string;
  /** Times it ended by itself since this manager looks after it. */
  readonly crashes?: number;
}

/** What one Envoy can hold; one that is made to hold more ends. */
export interface FleetCapacity {
  /** Addresses with a port that it can listen on. */
  readonly listeners: number;
  /**
   * Clients of UDP that one port may have: each an address and port that was heard of within a minute.
   */
  readonly datagramClients: number;
  /** Listeners that it can hold besides, since they were changed or went. Absent: any number. */
  readonly draining?: DrainAllowance;
}

/** Keeps the Envoys of each fleet running. A fleet is named by its node id. */
export interface FleetRuntime extends AsyncDisposable {
  readonly kind: "host" | "kubernetes";
  /** The same object while it stays the same; it changes with the fleet's status only. */
  capacity(fleet: string): FleetCapacity;
  /**
   * Addresses of listeners that drained, by fleet, when its Envoy was taken over from an earlier
   * manager. Gone with that Envoy.
   */
  readonly inheritedDrains: ReadonlyMap<string, number>;
  /**
   * Makes the fleet run, and keeps it so. Resolves when its process was started, or could not be:
   * then {@linkcode FleetRuntime.status} says why, and it is tried again. Idempotent.
   *
   * @throws {Error} when the name cannot be a fleet's, or after disposal.
   */
  ensure(fleet: string): Promise<void>;
  /**
   * Ends the fleet: it takes no new connections, finishes those it has within the drain time, and
   * leaves nothing behind. Resolves when it needs nothing any more. A fleet that is not there is gone
   * already.
   */
  remove(fleet: string): Promise<void>;
  /** `stopped` for a fleet that is not there. */
  status(fleet: string): FleetStatus;
  /** Every fleet there is a trace of: what nobody wants any more can be removed. */
  fleets(): readonly string[];
  /** Calls `listener` at each change of a status, not for the present one. */
  subscribe(listener: (fleet: string, status: FleetStatus) => void): Disposable;
  /**
   * Writes to the API what the fleets need there, until `signal` fires. In the leader only, and for
   * each of its terms.
   */
  lead(signal: AbortSignal): Promise<void>;
  /** Where the fleet's Envoys write access logs, when the runtime keeps them in files. */
  accessLogPath(fleet: string): string | undefined;
}
