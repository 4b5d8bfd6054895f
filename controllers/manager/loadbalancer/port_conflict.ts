/**
 * Two objects held one listener port: the younger one gives it up. What its condition says.
 *
 * @module
 */
import {
  conditionReasons as reasons,
  conditionTypes as types,
} from "../../../apis/kubelb/conditions.ts";
import type { LoadBalancer } from "../../../apis/kubelb/v1alpha1/mod.ts";
import type { Condition } from "../../../apis/meta/v1.ts";
import type { PortConflict } from "../../../fleet/fleet_ports.ts";
import type { Verdict } from "./load_balancer_status.ts";

/** In words, for events and conditions: which ports belong to whom. */
export function describeConflicts(conflicts: readonly PortConflict[]): string {
  return conflicts.map(({ port, holder }) =>
    `listener port ${port} belongs to the older Service ${holder}`
  ).join("; ");
}

/**
 * The condition `PortConflict`; undefined when there was none. It is True while the load balancer
 * has a port on which another is served, and False once it has got a new one: that moment is over
 * before anybody can look, and who wonders why a port moved finds it here.
 *
 * @param healed whether the hub Service has other ports now.
 */
export function conflictVerdict(
  conflicts: readonly PortConflict[],
  healed: boolean,
): Verdict | undefined {
  if (conflicts.length === 0) return undefined;
  const what = describeConflicts(conflicts);
  return healed
    ? {
      status: "False",
      reason: reasons.portReassigned,
      message: `${what}; a new one was assigned`,
    }
    : {
      status: "True",
      reason: reasons.portConflict,
      message: `${what}; no other could be assigned`,
    };
}

/**
 * The conditions that a new status goes on from when there is no conflict: one that was mended is
 * told until the object changes, one that is over by itself is told no longer.
 */
export function withoutPastConflicts(
  { metadata, status }: LoadBalancer,
): readonly Condition[] {
  return (status?.conditions ?? []).filter((condition) =>
    condition.type !== types.portConflict ||
    (condition.status === "False" && condition.observedGeneration === metadata.generation)
  );
}
