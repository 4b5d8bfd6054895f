/**
 * Which load balancers are created, changed and deleted: a repeatable sequence.
 *
 * @module
 */
import type { Random } from "../../base/random.ts";

/** One change of one load balancer, which is known by its number. */
export interface Change {
  /** `ports` gives it one more port or takes that away; `ranges` does so with source ranges. */
  readonly kind: "create" | "ports" | "ranges" | "delete";
  readonly number: number;
}

/** Of the size, what is created before anything else happens, and is kept from then on. */
const floor = 0.8;

/** How many load balancers a plan of that size creates first. */
export function fillCount(size: number): number {
  return Math.ceil(size * floor);
}

/**
 * Endless. Begins with {@linkcode fillCount} creations, then keeps between that and `size` load
 * balancers. A change is planned by what was planned before, not by what the clusters have made of
 * it: the sequence does not depend on how fast they are.
 */
export function* churnPlan(random: Random, size: number): Generator<Change, never> {
  const alive: number[] = [];
  let next = 0;
  const create = (): Change => {
    alive.push(next);
    return { kind: "create", number: next++ };
  };
  while (alive.length < fillCount(size)) yield create();
  while (true) {
    const chance = random();
    const index = Math.floor(random() * alive.length);
    if (alive.length === 0) yield create();
    else if (chance < 0.3) yield { kind: "ports", number: alive[index]! };
    else if (chance < 0.4) yield { kind: "ranges", number: alive[index]! };
    else if (alive.length >= size || (chance < 0.7 && alive.length > fillCount(size))) {
      yield { kind: "delete", number: alive.splice(index, 1)[0]! };
    } else yield create();
  }
}
