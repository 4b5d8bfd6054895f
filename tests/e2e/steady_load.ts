/**
 * A client that never stops asking, and remembers every request that was lost.
 *
 * @module
 */
import { delay, systemClock } from "../../base/clock.ts";
import { describeError } from "../../base/errors.ts";
import { ask } from "../../tools/demo/answers.ts";

/** Whom to ask, and how often. */
export interface LoadTarget {
  readonly protocol: "TCP" | "UDP";
  readonly address: string;
  readonly port: number;
  /** Milliseconds between the start of two requests. Default 10. */
  readonly interval?: number;
}

/** A request that got no answer. `at` is milliseconds since the load began. */
export interface LostRequest {
  readonly at: number;
  readonly reason: string;
}

/** Opens a new connection (or sends a datagram) for every request, until it is stopped. */
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

  constructor(private readonly target: LoadTarget) {
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
    const { protocol, address, port } = this.target;
    this.#sent++;
    const at = systemClock.monotonic() - this.#start;
    try {
      const who = await ask(protocol, address, port);
      this.answers.set(who, (this.answers.get(who) ?? 0) + 1);
    } catch (error) {
      this.lost.push({ at, reason: describeError(error) });
    }
  }
}
