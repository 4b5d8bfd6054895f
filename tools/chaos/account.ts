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

/** An Envoy was killed. */
export interface EnvoyKill {
  /** On the clock of the requests. */
  readonly at: number;
  /** Milliseconds until a new connection worked again. */
  readonly back: number;
}

/** Milliseconds from the return of one listener to that of all others. */
const allListeners = 500;

/** The losses of one load, told apart. */
export interface JudgedLoad extends LoadResult {
  /** Under way when an Envoy was killed, or made in the second after: its death explains them. */
  readonly withEnvoy: readonly LostRequest[];
  /** Made later than that, while Envoy was not back: they count, and this is why they were lost. */
  readonly envoyLate: readonly LostRequest[];
  /** All others: they count. */
  readonly unexplained: readonly LostRequest[];
}

/** Tells the losses of a load apart. */
export function judge(load: LoadResult, kills: readonly EnvoyKill[]): JudgedLoad {
  const within = ({ began, ended }: LostRequest, patience: (kill: EnvoyKill) => number) =>
    kills.some((kill) => began <= kill.at + patience(kill) && ended >= kill.at);
  const withEnvoy = load.lost.filter((request) => within(request, () => envoyReturn));
  const later = load.lost.filter((request) => !withEnvoy.includes(request));
  const envoyLate = later.filter((request) => within(request, ({ back }) => back + allListeners));
  const unexplained = later.filter((request) => !envoyLate.includes(request));
  return { ...load, withEnvoy, envoyLate, unexplained };
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

/** Requests of a protocol, and how many of them were lost and count. */
export function total(
  loads: readonly JudgedLoad[],
  protocol: LoadResult["protocol"],
): { readonly sent: number; readonly lost: number } {
  const counted = loads.filter((load) => load.protocol === protocol);
  const sum = (count: (load: JudgedLoad) => number) =>
    counted.reduce((before, load) => before + count(load), 0);
  return {
    sent: sum(({ sent }) => sent),
    lost: sum(({ envoyLate, unexplained }) => envoyLate.length + unexplained.length),
  };
}
