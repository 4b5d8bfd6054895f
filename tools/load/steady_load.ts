/**
 * A client that never stops asking, and remembers every request that was lost.
 *
 * @module
 */
import { delay, systemClock } from "../../base/clock.ts";
import { describeError } from "../../base/errors.ts";
import { ask } from "../demo/answers.ts";

/** How often a request begins. */
export interface LoadRate {
  /** Milliseconds between the start of two requests. Default 10. */
  readonly interval?: number;
}

/** Whom to ask: a new connection (or a datagram from a new socket) for every request. */
export interface LoadTarget extends LoadRate {
  readonly protocol: "TCP" | "UDP";
  readonly address: string;
  readonly port: number;
  /** Milliseconds after which a datagram is given up. */
  readonly datagramDeadline?: number;
}

/**
 * A request of another kind. Its result says who answered; undefined takes it back, because it
 * proves nothing: whom it asked is being deleted, or the answer to the one before is still out.
 */
export interface LoadRequests extends LoadRate {
  readonly request: () => Promise<string | undefined>;
}

/** A request that got no answer. */
export interface LostRequest {
  /** Milliseconds since the load began. */
  readonly at: number;
  /** When it was made and when it failed, on the system's monotonic clock. */
  readonly began: number;
  readonly ended: number;
  readonly reason: string;
}

/** Makes requests at a steady rate, whatever becomes of those before, until it is stopped. */
export class SteadyLoad implements AsyncDisposable {
  readonly #stop = new AbortController();
  readonly #open = new Set<Promise<void>>();
  readonly #start = systemClock.monotonic();
  readonly #done: Promise<void>;
  /** Every request that was lost so far. */
  readonly lost: LostRequest[] = [];
  /** Answers so far, by who gave them. */
  readonly answers = new Map<string, number>();
  #sent = 0;

  readonly #ask: () => Promise<string | undefined>;

  constructor(private readonly target: LoadTarget | LoadRequests) {
    this.#ask = "request" in target
      ? target.request
      : () => ask(target.protocol, target.address, target.port, target.datagramDeadline);
    this.#done = this.#run();
  }

  /** Requests so far. */
  get sent(): number {
    return this.#sent;
  }

  /** Ends it and waits for the requests under way. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#done;
    await Promise.all(this.#open);
  }

  /** One line for a failed assertion. */
  describe(): string {
    const shown = this.lost.slice(0, 5).map(({ at, reason }) => `${at.toFixed(0)} ms: ${reason}`);
    return `${this.lost.length} of ${this.#sent} lost: ${shown.join("; ")}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #run(): Promise<void> {
    const { interval = 10 } = this.target;
    while (!this.#stop.signal.aborted) {
      const request = this.#request();
      this.#open.add(request);
      request.finally(() => this.#open.delete(request));
      await delay(systemClock, interval, this.#stop.signal).catch(() => {});
    }
  }

  async #request(): Promise<void> {
    this.#sent++;
    const began = systemClock.monotonic();
    try {
      const who = await this.#ask();
      if (who === undefined) this.#sent--;
      else this.answers.set(who, (this.answers.get(who) ?? 0) + 1);
    } catch (error) {
      const ended = systemClock.monotonic();
      this.lost.push({ at: began - this.#start, began, ended, reason: describeError(error) });
    }
  }
}
