/**
 * Which events a new status is worth.
 *
 * @module
 */
import {
  conditionReasons,
  conditionTypes,
  findCondition,
} from "../../../apis/kubelb/conditions.ts";
import type { Condition } from "../../../apis/meta/v1.ts";

/** One event for the object. */
export interface StatusEvent {
  readonly type: "Warning";
  readonly reason: string;
  readonly message: string;
}

/** Each with the status that is bad news. */
const watched: readonly (readonly [type: string, bad: Condition["status"]])[] = [
  [conditionTypes.accepted, "False"],
  [conditionTypes.addressAssigned, "False"],
  [conditionTypes.resourcesResolved, "False"],
  [conditionTypes.programmed, "False"],
  [conditionTypes.portConflict, "True"],
];

/** Reasons that only say "not yet". */
const quiet: ReadonlySet<string> = new Set([conditionReasons.pending, conditionReasons.noEnvoy]);

/**
 * A Warning for each condition that became bad for a new reason; one where two say the same. What
 * goes well is told by the status alone: an event is a write, and a thousand load balancers that get
 * their addresses would be a thousand more.
 */
export function statusEvents(
  before: readonly Condition[] | undefined,
  after: readonly Condition[] | undefined,
): StatusEvent[] {
  const events: StatusEvent[] = [];
  for (const [type, bad] of watched) {
    const was = findCondition(before, type);
    const is = findCondition(after, type);
    if (is === undefined || (was?.status === is.status && was.reason === is.reason)) continue;
    const { status, reason, message } = is;
    if (status !== bad || quiet.has(reason)) continue;
    if (events.some((event) => event.reason === reason && event.message === message)) continue;
    events.push({ type: "Warning", reason, message });
  }
  return events;
}
