/**
 * Keys that become ready later.
 *
 * @module
 */
import type { Clock } from "../base/clock.ts";

interface Entry {
  readonly key: string;
  /** Monotonic milliseconds. */
  readonly due: number;
}

/**
 * Hands over each key once at its time. A key that is added again keeps the earlier of its times
 * (client-go's delaying queue).
 */
export class DelayQueue implements Disposable {
  /** A binary heap by due time; entries that `#due` does not confirm are stale. */
  readonly #heap: Entry[] = [];
  readonly #due = new Map<string, number>();
  #timer: { readonly due: number; readonly handle: Disposable } | undefined;

  constructor(private readonly clock: Clock, private readonly onReady: (key: string) => void) {}

  /** How many keys wait. */
  get size(): number {
    return this.#due.size;
  }

  /** Hands `key` over after `milliseconds`, or when it is due already, whichever is earlier. */
  add(key: string, milliseconds: number): void {
    const due = this.clock.monotonic() + milliseconds;
    const present = this.#due.get(key);
    if (present !== undefined && present <= due) return;
    this.#due.set(key, due);
    push(this.#heap, { key, due });
    this.#arm();
  }

  #arm(): void {
    const first = this.#heap[0];
    if (first === undefined || (this.#timer && this.#timer.due <= first.due)) return;
    this.#timer?.handle[Symbol.dispose]();
    const wait = Math.max(0, first.due - this.clock.monotonic());
    // setTimeout cannot count further than 2^31 - 1 milliseconds: wake up then and arm again.
    const handle = this.clock.timer(() => this.#fire(), Math.min(wait, 2 ** 31 - 1));
    this.#timer = { due: first.due, handle };
  }

  #fire(): void {
    this.#timer = undefined;
    const now = this.clock.monotonic();
    for (let first = this.#heap[0]; first !== undefined && first.due <= now;) {
      pop(this.#heap);
      if (this.#due.get(first.key) === first.due) {
        this.#due.delete(first.key);
        this.onReady(first.key);
      }
      first = this.#heap[0];
    }
    this.#arm();
  }

  /** Forgets all keys and stops the timer. */
  [Symbol.dispose](): void {
    this.#timer?.handle[Symbol.dispose]();
    this.#timer = undefined;
    this.#heap.length = 0;
    this.#due.clear();
  }
}

function push(heap: Entry[], entry: Entry): void {
  let index = heap.push(entry) - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (heap[parent]!.due <= entry.due) break;
    heap[index] = heap[parent]!;
    index = parent;
  }
  heap[index] = entry;
}

function pop(heap: Entry[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let index = 0;
  for (let child = 1; child < heap.length; child = 2 * index + 1) {
    if (child + 1 < heap.length && heap[child + 1]!.due < heap[child]!.due) child++;
    if (last.due <= heap[child]!.due) break;
    heap[index] = heap[child]!;
    index = child;
  }
  heap[index] = last;
}
