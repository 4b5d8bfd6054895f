/**
 * What is wrong with many informers, in few words. Pure.
 *
 * @module
 */
import type { InformerTrouble } from "./informers.ts";
import { isOutage } from "./trouble_log.ts";

/** So many further resources of one trouble are named: all of a hub's today, and no text without end. */
const named = 20;

/**
 * One part for each kind of trouble: the words of the first that has it, and who has it too.
 * `undefined` when there is none.
 */
export function describeTroubles(troubles: readonly InformerTrouble[]): string | undefined {
  if (troubles.length === 0) return undefined;
  const groups = Map.groupBy(troubles, ({ reason }) => reason);
  return [...groups.values()].map(describeGroup).join("; ");
}

function describeGroup(group: readonly InformerTrouble[]): string {
  const [first, ...others] = group;
  const { reason, resource, message } = first!;
  // The connection is to blame: it matters little who noticed.
  if (reason !== undefined && isOutage({ reason })) return message;
  const also = [...new Set(others.map((other) => other.resource))].filter((it) => it !== resource);
  if (also.length === 0) return `${resource}: ${message}`;
  const more = also.length > named ? ` and ${also.length - named} more` : "";
  return `${resource}: ${message} (the same for ${also.slice(0, named).join(", ")}${more})`;
}
