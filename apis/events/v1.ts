/**
 * `events.k8s.io/v1`: what users see under `kubectl describe`.
 *
 * @module
 */

import { type KubeObject, type ObjectReference, resourceType } from "../meta/v1.ts";

/** How often an event was seen since it began. */
export interface EventSeries {
  count: number;
  /** RFC 3339 with microseconds. */
  lastObservedTime: string;
}

/** An Event. `reportingController`, `reportingInstance`, `action` and `reason` are required. */
export interface Event extends KubeObject {
  /** When it was first seen: RFC 3339 with microseconds. */
  eventTime: string;
  series?: EventSeries;
  reportingController: string;
  reportingInstance: string;
  action: string;
  reason: string;
  regarding?: ObjectReference;
  related?: ObjectReference;
  /** At most 1024 bytes. */
  note?: string;
  type: "Normal" | "Warning";
}

/** Events. */
export const events = resourceType<Event>("events.k8s.io", "v1", "Event", "events", true);
