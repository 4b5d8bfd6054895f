/**
 * How far all Envoys of a fleet are, whichever managers they are connected to. Pure.
 *
 * @module
 */
import type { Progress } from "../envoy_cp/acknowledgements.ts";

/** What is known of another manager's Envoys about one object. */
export interface ReplicaProgress {
  /** For people: where that manager is. */
  readonly replica: string;
  /** Undefined while it has not said anything about this generation. */
  readonly progress: Progress | undefined;
  /** How many Envoys of the fleet it has, as it said last. */
  readonly connected: number;
}

/** Envoys of one manager. */
interface Counts {
  readonly connected: number;
  readonly acknowledged: number;
  /** Names of those that are not waited for any more. */
  readonly silent: readonly string[];
}

/**
 * Puts the parts together. Whom one part has given up need not be the last word on it: an Envoy of
 * another manager may have accepted what ours does not answer.
 *
 * @param overdue whether other managers' Envoys that have not answered are given up, and managers that
 *   have said nothing about this generation: they are named, and no longer waited for.
 */
export function mergedProgress(
  own: Progress,
  others: readonly ReplicaProgress[],
  overdue: boolean,
): Progress {
  const rejected = [own, ...others.map(({ progress }) => progress)]
    .find((progress) => progress?.kind === "rejected");
  if (rejected !== undefined) return rejected;
  const counts = [countsOf(own), ...others.map((other) => countsOfOther(other, overdue))];
  const connected = counts.reduce((sum, count) => sum + count.connected, 0);
  if (connected === 0) return { kind: "no-envoy" };
  const silent = counts.flatMap((count) => count.silent);
  const acknowledged = counts.reduce((sum, count) => sum + count.acknowledged, 0);
  const settled = acknowledged + silent.length === connected;
  return settled && acknowledged > 0
    ? { kind: "programmed", connected, silent }
    : { kind: "waiting", acknowledged, connected };
}

function countsOfOther(
  { replica, progress, connected }: ReplicaProgress,
  overdue: boolean,
): Counts {
  const said = progress === undefined
    ? { connected, acknowledged: 0, silent: [] }
    : countsOf(progress);
  if (!overdue) return said;
  const open = said.connected - said.acknowledged - said.silent.length;
  const given = Array.from({ length: open }, () => `an Envoy of the manager at ${replica}`);
  return { ...said, silent: [...said.silent, ...given] };
}

function countsOf(part: Progress): Counts {
  const nothing = { connected: 0, acknowledged: 0, silent: [] as readonly string[] };
  if (part.kind === "waiting") return { ...nothing, ...part };
  if (part.kind !== "programmed") return nothing;
  const { connected, silent } = part;
  return { connected, silent, acknowledged: connected - silent.length };
}
