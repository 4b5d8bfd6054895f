/**
 * What the leader wants to know about the data plane, to tell it in the status of load balancers.
 *
 * @module
 */
import type { Progress } from "../envoy_cp/acknowledgements.ts";
import type { ServedState } from "../envoy_cp/served_state.ts";

/** Answers about this replica's part of the data plane. */
export interface DataPlaneView {
  /** What was decided for a load balancer; undefined while nothing is served for it. */
  state(key: string): ServedState | undefined;
  /** How far the connected Envoys are with it. */
  progress(key: string): Progress;
  /** Why a fleet has no Envoy; undefined when nothing is known to be wrong. */
  fleetProblem(fleet: string): string | undefined;
  /** Whether new and changed listeners of a fleet wait until others have drained. */
  isPaused(fleet: string): boolean;
  /**
   * Calls `listener` with the key of each load balancer about which something new is known, other
   * than that an Envoy has accepted what it was sent.
   */
  onChanged(listener: (key: string) => void): Disposable;
  /** Calls `listener` with the key of each load balancer of which an Envoy has accepted something. */
  onAccepted(listener: (key: string) => void): Disposable;
}
