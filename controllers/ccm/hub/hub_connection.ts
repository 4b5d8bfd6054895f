/**
 * The way to the hub: measured, and watched for being gone.
 *
 * @module
 */
import { Backoff } from "../../../base/backoff.ts";
import { type Clock, delay } from "../../../base/clock.ts";
import { describeError } from "../../../base/errors.ts";
import { Listeners } from "../../../base/listeners.ts";
import type { Logger } from "../../../base/logger.ts";
import { TroubleLog } from "../../../kube/trouble_log.ts";
import type { CcmMetrics, HubOperation } from "../ccm_metrics.ts";
import { afterCall, hubRefusalText, type HubState } from "./hub_state.ts";

/** What a {@linkcode HubConnection} works with. */
export interface HubConnectionOptions {
  readonly metrics: CcmMetrics;
  readonly clock: Clock;
  readonly log: Logger;
  /** `tenant-<name>`, for messages. */
  readonly namespace: string;
  /** Where the credential comes from, for messages. */
  readonly source: string;
  /** Asked again and again while the hub cannot be used. */
  readonly probe: HubProbe;
}

/** Two small requests to the hub. */
export interface HubProbe {
  read(signal: AbortSignal): Promise<unknown>;
  /** Whether something could be created; creates nothing. */
  create(signal: AbortSignal): Promise<unknown>;
}

/**
 * Knows whether the hub answers, and whether it will have us. While not, callers wait for
 * {@linkcode HubConnection.onRecovered} instead of each knocking at the door: a thousand Services cost
 * one request a few seconds.
 */
export class HubConnection {
  readonly #recoveries = new Listeners<void>();
  readonly #troubles: TroubleLog;
  readonly #asked = Promise.withResolvers<void>();
  #state: HubState = { kind: "usable" };
  #wake: (() => void) | undefined;

  constructor(private readonly options: HubConnectionOptions) {
    this.#troubles = new TroubleLog(options.log, options.clock, "the hub answers again");
  }

  /** Whether every call would fail: the hub does not answer, or refuses us altogether. */
  get lost(): boolean {
    return this.#state.kind === "silent" || this.#state.kind === "refusing";
  }

  /** Why the hub refuses us and what to do; `undefined` while it does not. */
  get refusal(): string | undefined {
    return this.#state.kind === "refusing"
      ? hubRefusalText(this.#state.reason, this.options)
      : undefined;
  }

  /** Resolves when {@linkcode HubConnection.run} has its first answer, or knows that there is none. */
  get asked(): Promise<void> {
    return this.#asked.promise;
  }

  /**
   * For how many milliseconds the hub has been of no use without a break; 0 when the last call was
   * answered. While {@linkcode HubConnection.run} runs, a failure that nobody followed up does not
   * count on: the probe asks until it is answered.
   */
  get failingFor(): number {
    return this.#state.kind === "usable" ? 0 : this.options.clock.monotonic() - this.#state.since;
  }

  /** Calls `listener` each time the hub can be used again. */
  onRecovered(listener: () => void): Disposable {
    return this.#recoveries.subscribe(listener);
  }

  /** Makes one call to the hub and learns from how it ends. */
  async call<T>(operation: HubOperation, request: () => Promise<T>): Promise<T> {
    const { clock, metrics } = this.options;
    const start = clock.monotonic();
    try {
      const answer = await request();
      metrics.hubCall(operation, "success", (clock.monotonic() - start) / 1000);
      this.#learn(operation);
      return answer;
    } catch (error) {
      metrics.hubCall(operation, "error", (clock.monotonic() - start) / 1000);
      this.#learn(operation, error);
      throw error;
    }
  }

  /** Knocks while the hub cannot be used, until `signal` fires. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    const { probe, clock, log } = this.options;
    const backoff = new Backoff({ initial: 500, maximum: 5_000 });
    while (!signal.aborted) {
      try {
        await this.call("get", () => probe.read(signal));
        if (this.lost) await this.call("create", () => probe.create(signal));
        backoff.reset();
      } catch (error) {
        log.debug("the hub does not answer as it should", { error });
      }
      this.#asked.resolve();
      await this.#untilFailing(signal)
        .then(() => delay(clock, backoff.next(), signal))
        .catch(() => {}); // Only the signal ends these waits early.
    }
  }

  #untilFailing(signal: AbortSignal): Promise<void> {
    if (this.#state.kind !== "usable" || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = this.#wake = () => {
        signal.removeEventListener("abort", wake);
        resolve();
      };
      signal.addEventListener("abort", wake, { once: true });
    });
  }

  #learn(operation: HubOperation, error?: unknown): void {
    const { clock, metrics } = this.options;
    const wasLost = this.lost;
    const before = this.#state;
    this.#state = afterCall(before, operation, error, clock.monotonic());
    if (before.kind === "usable" && this.#state.kind !== "usable") this.#wake?.();
    metrics.hubConnected(!this.lost);
    this.#tell(error);
    if (wasLost && !this.lost) this.#recoveries.emit();
  }

  #tell(error: unknown): void {
    const state = this.#state;
    if (state.kind === "silent") {
      const message = "the hub does not answer; everything waits for it and goes on by itself";
      this.#troubles.report({
        reason: "Unreachable",
        message: `${message}: ${describeError(error)}`,
      });
    } else if (state.kind === "refusing") {
      this.#troubles.report({ reason: state.reason, message: this.refusal! });
    } else {
      this.#troubles.recovered();
    }
  }
}
