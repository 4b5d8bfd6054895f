/**
 * What becomes of resources that a client refused.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import { typeUrls } from "../proto/mod.ts";

/** Milliseconds between the resources of one refused response. */
const spacing = 50;
/** Milliseconds before a listener that was refused alone is tried again; doubled each time. */
const pause = { initial: 1_000, maximum: 30_000 };

/**
 * A response is refused as a whole although one resource is guilty, and Envoy may have applied none
 * of it: so its resources are sent once more, one by one. A listener that is refused alone is tried
 * again and again, ever less often, because its content need not be the cause: the address may be in
 * use by another process. Everything else waits until it changes.
 */
export class SecondChances implements Disposable {
  readonly #timers = new Map<string, Disposable>();
  /** How long the next pause of a listener that was refused alone will be. */
  readonly #pauses = new Map<string, number>();

  /** @param resend sends a resource again, if it still exists. */
  constructor(
    private readonly clock: Clock,
    private readonly resend: (typeUrl: string, name: string) => void,
  ) {}

  /** The client has refused a response with these resources. */
  refused(typeUrl: string, names: readonly string[]): void {
    if (names.length > 1) {
      names.forEach((name, at) => this.#later(typeUrl, name, spacing * (at + 1)));
    } else if (typeUrl === typeUrls.listener) {
      for (const name of names) this.#later(typeUrl, name, this.#nextPause(name));
    }
  }

  /** The client has accepted these resources. */
  accepted(typeUrl: string, names: Iterable<string>): void {
    if (this.#timers.size === 0 && this.#pauses.size === 0) return;
    for (const name of names) {
      this.#cancel(`${typeUrl} ${name}`);
      if (typeUrl === typeUrls.listener) this.#pauses.delete(name);
    }
  }

  [Symbol.dispose](): void {
    for (const key of [...this.#timers.keys()]) this.#cancel(key);
  }

  #nextPause(name: string): number {
    const milliseconds = this.#pauses.get(name) ?? pause.initial;
    this.#pauses.set(name, Math.min(2 * milliseconds, pause.maximum));
    return milliseconds;
  }

  #later(typeUrl: string, name: string, milliseconds: number): void {
    const key = `${typeUrl} ${name}`;
    this.#cancel(key);
    const timer = this.clock.timer(() => {
      this.#timers.delete(key);
      this.resend(typeUrl, name);
    }, milliseconds);
    this.#timers.set(key, timer);
  }

  #cancel(key: string): void {
    this.#timers.get(key)?.[Symbol.dispose]();
    this.#timers.delete(key);
  }
}
