/**
 * Which events are worth a write: repetition becomes a count, and a flood a trickle.
 *
 * @module
 */
import type { Clock } from "../base/clock.ts";
import { TokenBucket } from "../base/token_bucket.ts";

/** An event as its author reports it. */
export interface ReportedEvent {
  /** uid of the object, or its key while it has none. */
  readonly object: string;
  readonly type: string;
  readonly reason: string;
  readonly action: string;
  readonly note: string;
}

/** One line of `kubectl describe`, however often it is repeated. */
export interface EventSeriesState {
  /** Name of the Event object. */
  readonly name: string;
  /** How often it was seen, the first time included. */
  count: number;
  /** Monotonic milliseconds. */
  lastSeen: number;
}

/** What to do with an event. */
export type Correlation =
  | { readonly kind: "create"; readonly series: EventSeriesState }
  | { readonly kind: "count"; readonly series: EventSeriesState }
  /** Over the limit of its object. */
  | { readonly kind: "drop" };

/** Figures of client-go's correlator: LRU 4096, 10 min, burst 25, then one in 5 min. */
const remembered = 4096;
const forgottenAfter = 10 * 60_000;
const burst = 25;
const refill = 5 * 60_000;

/** Remembers which events there are. Memory is bounded: the least recently seen goes first. */
export class EventCorrelator {
  /** In order of use: `Map` keeps insertion order. */
  readonly #series = new Map<string, EventSeriesState>();
  readonly #limits = new Map<string, TokenBucket>();

  constructor(private readonly clock: Clock, private readonly nameOf: () => string) {}

  /** Decides about one event. */
  correlate(event: ReportedEvent): Correlation {
    const { object, type, reason, action, note } = event;
    const key = JSON.stringify([object, type, reason, action, note]);
    const limit = touch(this.#limits, object, () => new TokenBucket(this.clock, burst, refill));
    if (!limit.take()) return { kind: "drop" };
    const now = this.clock.monotonic();
    const known = this.#series.get(key);
    if (known !== undefined && now - known.lastSeen > forgottenAfter) this.#series.delete(key);
    const fresh = () => ({ name: this.nameOf(), count: 0, lastSeen: now });
    const series = touch(this.#series, key, fresh);
    series.count++;
    series.lastSeen = now;
    return { kind: series.count === 1 ? "create" : "count", series };
  }
}

/** The value of `key`, made if absent, as the most recently used one of a bounded map. */
function touch<V>(map: Map<string, V>, key: string, make: () => V): V {
  const value = map.get(key) ?? make();
  map.delete(key);
  map.set(key, value);
  if (map.size > remembered) map.delete(map.keys().next().value!);
  return value;
}
