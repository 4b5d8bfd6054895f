/**
 * Which parts die when: a repeatable sequence.
 *
 * @module
 */
import type { Random } from "../../base/random.ts";
import { type PartName, partNames } from "../installation/parts.ts";

/** What can be killed; Envoy is brought back by the manager, every other part by the program. */
export type Victim = PartName | "Envoy";

/** Parts that die together, and for how long. */
export interface Round {
  readonly victims: readonly Victim[];
  /** Milliseconds until they are started again. */
  readonly outage: number;
}

/** What one minute of the plan holds. Ten kills of the manager make a hundred in ten minutes. */
const minute = { manager: 7, managerAndOther: 3, other: 3, envoy: 1 };

/** Rounds that begin in a minute, if the machine is fast enough for that. */
export const roundsPerMinute = minute.manager + minute.managerAndOther + minute.other +
  minute.envoy;

/** From one that nobody has time to notice to one that every watch, stream and probe notices. */
const outages = { shortest: 50, longest: 1_500 };

const others = partNames.filter((name) => name !== "manager");

/** Endless. Each part has its turn before any of the others has a second one. */
export function* killPlan(random: Random): Generator<Round, never> {
  const other = cycle(others, random);
  while (true) {
    for (const victims of shuffle(victimsOfMinute(other), random)) {
      const { shortest, longest } = outages;
      yield { victims, outage: Math.round(shortest + random() * (longest - shortest)) };
    }
  }
}

function victimsOfMinute(other: Iterator<PartName, never>): Victim[][] {
  const times = (count: number, victims: () => Victim[]) => Array.from({ length: count }, victims);
  return [
    ...times(minute.manager, () => ["manager"]),
    ...times(minute.managerAndOther, () => ["manager", other.next().value]),
    ...times(minute.other, () => [other.next().value]),
    ...times(minute.envoy, () => ["Envoy"]),
  ];
}

function* cycle<T>(items: readonly T[], random: Random): Generator<T, never> {
  while (true) yield* shuffle(items, random);
}

function shuffle<T>(items: readonly T[], random: Random): T[] {
  // A key is drawn for each item once: comparing by chance would depend on the sort's algorithm.
  const keyed = items.map((item) => ({ item, key: random() }));
  return keyed.toSorted((a, b) => a.key - b.key).map(({ item }) => item);
}
