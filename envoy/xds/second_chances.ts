/**
 * What becomes of resources that a client refused.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import { typeUrls } from "../proto/mod.ts";
import type { Answer } from "./type_stream.ts";

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

  /** @param wake called when `stream` has something to send. */
  constructor(
    private readonly clock: Clock,
    private readonly stream: { resend(typeUrl: string, name: string): void },
    private readonly wake: () => void,
  ) {}

  /** The client has said what it made of a response. */
  answered(typeUrl: string, answer: Answer): void {
    if (answer.kind === "held") return;
    const names = [...answer.response.resources.keys()];
    if (answer.kind === "refused") this.#refused(typeUrl, names);
    else this.#accepted(typeUrl, names);
  }

  [Symbol.dispose](): void {
    for (const key of [...this.#timers.keys()]) this.#cancel(key);
  }

  #refused(typeUrl: string, names: readonly string[]): void {
    if (names.length > 1) {
      names.forEach((name, at) => this.#later(typeUrl, name, spacing * (at + 1)));
    } else if (typeUrl === typeUrls.listener) {
      for (const name of names) this.#later(typeUrl, name, this.#nextPause(name));
    }
  }

  #accepted(typeUrl: string, names: readonly string[]): void {
    if (this.#timers.size === 0 && this.#pauses.size === 0) return;
    for (const name of names) {
      this.#cancel(`${typeUrl} ${name}`);
      if (typeUrl === typeUrls.listener) this.#pauses.delete(name);
    }
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
      this.stream.resend(typeUrl, name);
      this.wake();
    }, milliseconds);
    this.#timers.set(key, timer);
  }

  #cancel(key: string): void {
    this.#timers.get(key)?.[Symbol.dispose]();
    this.#timers.delete(key);
  }
}
