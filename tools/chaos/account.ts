/**
 * Which requests were lost, and by whose fault.
 *
 * @module
 */
import type { LostRequest } from "../load/steady_load.ts";

/** What became of the requests of one load. */
export interface LoadResult {
  readonly name: string;
  readonly protocol: "TCP" | "UDP";
  readonly sent: number;
  readonly lost: readonly LostRequest[];
}

/** Milliseconds from the death of an Envoy until new connections must work again. */
export const envoyReturn = 1_000;

/** The losses of one load, told apart. */
export interface JudgedLoad extends LoadResult {
  /** Under way when an Envoy was killed, or made in the second after: its death explains them. */
  readonly withEnvoy: readonly LostRequest[];
  /** All others. */
  readonly unexplained: readonly LostRequest[];
}

/** @param envoyKills when Envoys were killed, on the clock of the requests. */
export function judge(load: LoadResult, envoyKills: readonly number[]): JudgedLoad {
  const explained = ({ began, ended }: LostRequest) =>
    envoyKills.some((kill) => began <= kill + envoyReturn && ended >= kill);
  return {
    ...load,
    withEnvoy: load.lost.filter(explained),
    unexplained: load.lost.filter((request) => !explained(request)),
  };
}

/** The two phases of a run. */
export interface Phases {
  /** Same load and churn, and nothing is killed. */
  readonly calm: readonly JudgedLoad[];
  readonly trouble: readonly JudgedLoad[];
}

/**
 * How many requests the kills have cost. A connection may never be lost, whatever the phase. A
 * datagram may: those count that were lost beyond the share of the calm phase.
 */
export function countLost({ calm, trouble }: Phases): number {
  const tcp = total([...calm, ...trouble], "TCP").lost;
  const before = total(calm, "UDP");
  const after = total(trouble, "UDP");
  const expected = before.sent === 0 ? 0 : after.sent * before.lost / before.sent;
  return tcp + Math.max(0, Math.ceil(after.lost - expected));
}

/** Requests of a protocol, and how many of them were lost without explanation. */
export function total(
  loads: readonly JudgedLoad[],
  protocol: LoadResult["protocol"],
): { readonly sent: number; readonly lost: number; readonly withEnvoy: number } {
  const counted = loads.filter((load) => load.protocol === protocol);
  const sum = (count: (load: JudgedLoad) => number) =>
    counted.reduce((before, load) => before + count(load), 0);
  return {
    sent: sum(({ sent }) => sent),
    lost: sum(({ unexplained }) => unexplained.length),
    withEnvoy: sum(({ withEnvoy }) => withEnvoy.length),
  };
}
