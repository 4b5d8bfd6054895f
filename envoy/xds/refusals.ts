/**
 * What follows when a client refuses a response: finding the resource that it means, so that all
 * others are served.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import { typeUrls } from "../proto/mod.ts";
import { guiltyNames } from "./guilty_names.ts";
import type { ResourceStore } from "./resource_store.ts";
import type { Answer, InFlight } from "./type_stream.ts";

/** Milliseconds between the halves of a refused response: enough for an answer, in most cases. */
const spacing = 50;
/** Milliseconds before a listener that was refused is tried again; doubled each time. */
const pause = { initial: 1_000, maximum: 5 * 60_000 };

/** Versions of resources by name. */
export type Versions = ReadonlyMap<string, string>;

const none: Versions = new Map();

/** What is needed of a stream. */
export interface Resender {
  /** The client is to get a resource again, whatever it was told. */
  resend(typeUrl: string, name: string): void;
}

/**
 * A response is refused as a whole although one resource is guilty, and Envoy may have applied none
 * of it. Suspected is what no client has accepted before. Whoever the client's message names, or
 * remains alone, is guilty, and stays in the store's quarantine; as long as there are several, all are
 * held back and given another chance half by half.
 *
 * A guilty listener gets another chance later, ever less often, because its content need not be the
 * cause: the address may be in use by another process. Everything else waits until it changes.
 */
export class Refusals implements Disposable {
  readonly #timers = new Map<string, { readonly timer: Disposable; readonly action: () => void }>();
  /** How long the next pause of a listener that was refused will be. */
  readonly #pauses = new Map<string, number>();
  #lastTimer = 0;

  /** @param wake called when `stream` may have something to send. */
  constructor(
    private readonly clock: Clock,
    private readonly store: ResourceStore,
    private readonly stream: Resender,
    private readonly wake: () => void,
  ) {}

  /**
   * The client has said what it made of a response.
   *
   * @returns what it certainly does not like.
   */
  answered(typeUrl: string, answer: Answer): Versions {
    if (answer.kind === "refused") return this.#refused(typeUrl, answer.response, answer.message);
    const { resources } = answer.kind === "held" ? answer : answer.response;
    this.#accepted(typeUrl, resources);
    return none;
  }

  /** What is held back by this stream must not wait for a client that has gone. */
  [Symbol.dispose](): void {
    const pending = [...this.#timers.values()];
    this.#timers.clear();
    for (const { timer, action } of pending) {
      timer[Symbol.dispose]();
      action();
    }
  }

  #refused(typeUrl: string, { resources }: InFlight, message: string): Versions {
    const suspects = pick(
      resources,
      (name, version) => !this.store.isAccepted(typeUrl, name, version),
    );
    if (suspects.size === 0) return this.#refusedAlone(typeUrl, resources);
    const named = new Set(guiltyNames(message, [...suspects.keys()]));
    const guilty = suspects.size === 1 ? suspects : pick(suspects, (name) => named.has(name));
    if (guilty.size === 0) {
      this.store.refuse(typeUrl, suspects);
      this.#giveChances(typeUrl, [...suspects.keys()]);
      return none;
    }
    this.store.refuse(typeUrl, guilty, message);
    if (typeUrl === typeUrls.listener) {
      for (const name of guilty.keys()) {
        this.#later(
          `${typeUrl} ${name}`,
          this.#nextPause(name),
          () => this.#lift(typeUrl, [name]),
        );
      }
    }
    // Envoy may have applied nothing of the response.
    const innocent = [...resources.keys()].filter((name) => !guilty.has(name));
    if (innocent.length > 0) {
      this.#later(
        `${typeUrl} ${this.#lastTimer++}`,
        spacing,
        () => this.#resend(typeUrl, innocent),
      );
    }
    return guilty;
  }

  /** Other clients have accepted all of it: it is this one's own trouble, and no reason to withhold. */
  #refusedAlone(typeUrl: string, resources: Versions): Versions {
    const names = [...resources.keys()];
    if (names.length > 1) {
      names.forEach((name, at) =>
        this.#later(`${typeUrl} ${name}`, spacing * (at + 1), () => this.#resend(typeUrl, [name]))
      );
      return none;
    }
    if (typeUrl === typeUrls.listener) {
      for (const name of names) {
        this.#later(
          `${typeUrl} ${name}`,
          this.#nextPause(name),
          () => this.#resend(typeUrl, [name]),
        );
      }
    }
    return resources;
  }

  /** Half by half: each is refused again, and halved again, or is accepted. */
  #giveChances(typeUrl: string, names: readonly string[]): void {
    const middle = Math.ceil(names.length / 2);
    [names.slice(0, middle), names.slice(middle)].forEach((half, at) => {
      this.#later(
        `${typeUrl} ${this.#lastTimer++}`,
        spacing * (at + 1),
        () => this.#lift(typeUrl, half),
      );
    });
  }

  #accepted(typeUrl: string, resources: Versions): void {
    this.store.accept(typeUrl, resources);
    if (this.#timers.size === 0 && this.#pauses.size === 0) return;
    for (const name of resources.keys()) {
      this.#timers.get(`${typeUrl} ${name}`)?.timer[Symbol.dispose]();
      this.#timers.delete(`${typeUrl} ${name}`);
      if (typeUrl === typeUrls.listener) this.#pauses.delete(name);
    }
  }

  #lift(typeUrl: string, names: readonly string[]): void {
    this.store.lift(typeUrl, names);
    // The stream counts as told what it was sent, even if the client refused it.
    this.#resend(typeUrl, names);
  }

  #resend(typeUrl: string, names: readonly string[]): void {
    for (const name of names) {
      this.stream.resend(typeUrl, name);
      // Nobody will accept or refuse what is gone. Every pause ends here, so none is left over.
      const gone = this.store.get(typeUrl, name) === undefined;
      if (gone && typeUrl === typeUrls.listener) this.#pauses.delete(name);
    }
  }

  #nextPause(name: string): number {
    const milliseconds = this.#pauses.get(name) ?? pause.initial;
    this.#pauses.set(name, Math.min(2 * milliseconds, pause.maximum));
    return milliseconds;
  }

  #later(key: string, milliseconds: number, action: () => void): void {
    this.#timers.get(key)?.timer[Symbol.dispose]();
    const timer = this.clock.timer(() => {
      this.#timers.delete(key);
      action();
      this.wake();
    }, milliseconds);
    this.#timers.set(key, { timer, action });
  }
}

function pick(versions: Versions, choose: (name: string, version: string) => boolean): Versions {
  return new Map([...versions].filter(([name, version]) => choose(name, version)));
}
