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

/**
 * Puts the parts together.
 *
 * @param overdue whether managers that have said nothing about this generation are given up: like an
 *   Envoy that does not answer they are named, and no longer waited for.
 */
export function mergedProgress(
  own: Progress,
  others: readonly ReplicaProgress[],
  overdue: boolean,
): Progress {
  const parts = [own, ...others.map((other) => partOf(other, overdue))];
  const rejected = parts.find(({ kind }) => kind === "rejected");
  if (rejected !== undefined) return rejected;
  const counts = parts.map(countsOf);
  const connected = counts.reduce((sum, count) => sum + count.connected, 0);
  if (connected === 0) return { kind: "no-envoy" };
  const silent = counts.flatMap((count) => count.silent);
  const acknowledged = counts.reduce((sum, count) => sum + count.acknowledged, 0);
  const settled = parts.every(({ kind }) => kind !== "waiting");
  return settled && acknowledged > 0
    ? { kind: "programmed", connected, silent }
    : { kind: "waiting", acknowledged, connected };
}

function partOf({ replica, progress, connected }: ReplicaProgress, overdue: boolean): Progress {
  if (progress !== undefined) return progress;
  if (connected === 0) return { kind: "no-envoy" };
  if (!overdue) return { kind: "waiting", acknowledged: 0, connected };
  const silent = Array.from({ length: connected }, () => `an Envoy of the manager at ${replica}`);
  return { kind: "programmed", connected, silent };
}

function countsOf(part: Progress) {
  const nothing = { connected: 0, acknowledged: 0, silent: [] as readonly string[] };
  if (part.kind === "waiting") return { ...nothing, ...part };
  if (part.kind !== "programmed") return nothing;
  const { connected, silent } = part;
  return { connected, silent, acknowledged: connected - silent.length };
}
