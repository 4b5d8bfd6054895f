/**
 * Columns of `kubectl get` that several kinds have. Upstream's columns come first and keep its names.
 *
 * @module
 */

import type { PrintColumn } from "../../schema/mod.ts";

/** How old the object is. */
export const ageColumn: PrintColumn = {
  name: "Age",
  type: "date",
  jsonPath: ".metadata.creationTimestamp",
};

/** Whether condition Ready holds. */
export const readyColumn: PrintColumn = {
  name: "Ready",
  type: "string",
  jsonPath: '.status.conditions[?(@.type=="Ready")].status',
};

/** A label `kubelb.k8c.io/<label>`. */
export function labelColumn(name: string, label: string): PrintColumn {
  return { name, type: "string", jsonPath: `.metadata.labels.kubelb\\.k8c\\.io/${label}` };
}
