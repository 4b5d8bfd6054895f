/**
 * The order in which waiting keys are served: round robin between groups, in two priorities.
 *
 * @module
 */
import { Fifo } from "./fifo.ts";

/** `low` is for the backlog of a start: live changes overtake it. */
export type Priority = "normal" | "low";

/**
 * After so many normal keys in a row one low key is served, so that a storm in one group cannot
 * starve the backlog of the others.
 */
const normalRun = 9;

/**
 * A set of keys with an order. Within a group and priority: first in, first out. Between groups:
 * turn by turn, so that a group with ten thousand keys delays another's single key by one key per
 * group and not by ten thousand.
 */
export class FairQueue {
  /** Where each waiting key stands; entries in the lanes that disagree are stale and skipped. */
  readonly #waiting = new Map<string, Priority>();
  readonly #lanes: Readonly<Record<Priority, Lane>> = { normal: new Lane(), low: new Lane() };
  #run = 0;

  constructor(private readonly groupOf: (key: string) => string) {}

  get size(): number {
    return this.#waiting.size;
  }

  has(key: string): boolean {
    return this.#waiting.has(key);
  }

  /** Adds a key; one that waits already keeps its place, or moves up from low to normal. */
  add(key: string, priority: Priority): void {
    const present = this.#waiting.get(key);
    if (present === priority || present === "normal") return;
    this.#waiting.set(key, priority);
    this.#lanes[priority].push(this.groupOf(key), key);
  }

  /** Takes the key whose turn it is; `undefined` when none waits. */
  next(): string | undefined {
    const order: readonly Priority[] = this.#run >= normalRun
      ? ["low", "normal"]
      : ["normal", "low"];
    for (const priority of order) {
      const key = this.#take(priority);
      if (key === undefined) continue;
      this.#run = priority === "normal" ? this.#run + 1 : 0;
      return key;
    }
    return undefined;
  }

  #take(priority: Priority): string | undefined {
    const lane = this.#lanes[priority];
    for (let key = lane.shift(); key !== undefined; key = lane.shift()) {
      if (this.#waiting.get(key) !== priority) continue;
      this.#waiting.delete(key);
      return key;
    }
    return undefined;
  }
}

/** The keys of one priority, group by group. */
class Lane {
  readonly #groups = new Map<string, Fifo<string>>();
  readonly #turns = new Fifo<string>();

  push(group: string, key: string): void {
    let keys = this.#groups.get(group);
    if (keys === undefined) {
      this.#groups.set(group, keys = new Fifo());
      this.#turns.push(group);
    }
    keys.push(key);
  }

  shift(): string | undefined {
    const group = this.#turns.shift();
    if (group === undefined) return undefined;
    const keys = this.#groups.get(group)!;
    const key = keys.shift();
    if (keys.size > 0) this.#turns.push(group);
    else this.#groups.delete(group);
    return key;
  }
}
