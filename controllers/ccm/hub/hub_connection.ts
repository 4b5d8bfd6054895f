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
import { type ApiErrorReason, isApiError } from "../../../kube/api_error.ts";
import type { CcmMetrics, HubOperation } from "../ccm_metrics.ts";

/** Failures that say nothing about the request: the hub itself cannot be used right now. */
const unusable: readonly ApiErrorReason[] = [
  "Unreachable",
  "Timeout",
  "ServerError",
  "Unauthorized",
  "Forbidden",
  "ResourceMissing",
];

/** Failures after which every other call would fail the same way. */
const silent: readonly ApiErrorReason[] = ["Unreachable", "Timeout"];

/** What a {@linkcode HubConnection} works with. */
export interface HubConnectionOptions {
  readonly metrics: CcmMetrics;
  readonly clock: Clock;
  readonly log: Logger;
  /** A small read in the hub; asked again and again while the hub cannot be used. */
  readonly probe: (signal: AbortSignal) => Promise<unknown>;
}

/**
 * Knows whether the hub answers. While it does not, callers wait for {@linkcode HubConnection.onRecovered}
 * instead of each knocking at the door: a thousand Services cost one request a few seconds.
 */
export class HubConnection {
  readonly #recoveries = new Listeners<void>();
  /** Since when no call has succeeded, on the monotonic clock. */
  #failingSince: number | undefined;
  #lost = false;
  #wake: (() => void) | undefined;

  constructor(private readonly options: HubConnectionOptions) {}

  /** Whether the hub did not answer last time. */
  get lost(): boolean {
    return this.#lost;
  }

  /**
   * For how many milliseconds the hub has been of no use without a break; 0 when the last call was
   * answered. While {@linkcode HubConnection.run} runs, a failure that nobody followed up does not
   * count on: the probe asks until it is answered.
   */
  get failingFor(): number {
    return this.#failingSince === undefined
      ? 0
      : this.options.clock.monotonic() - this.#failingSince;
  }

  /** Calls `listener` each time the hub answers again. */
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
      this.#succeeded();
      return answer;
    } catch (error) {
      metrics.hubCall(operation, "error", (clock.monotonic() - start) / 1000);
      this.#failed(error);
      throw error;
    }
  }

  /** Knocks while the hub cannot be used, until `signal` fires. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    const backoff = new Backoff({ initial: 500, maximum: 5_000 });
    while (!signal.aborted) {
      try {
        await this.call("get", () => this.options.probe(signal));
        backoff.reset();
      } catch (error) {
        this.options.log.debug("the hub does not answer as it should", { error });
      }
      await this.#untilFailing(signal)
        .then(() => delay(this.options.clock, backoff.next(), signal))
        .catch(() => {}); // Only the signal ends these waits early.
    }
  }

  #untilFailing(signal: AbortSignal): Promise<void> {
    if (this.#failingSince !== undefined || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = this.#wake = () => {
        signal.removeEventListener("abort", wake);
        resolve();
      };
      signal.addEventListener("abort", wake, { once: true });
    });
  }

  #succeeded(): void {
    this.options.metrics.hubConnected(true);
    this.#failingSince = undefined;
    if (!this.#lost) return;
    this.#lost = false;
    this.options.log.info("the hub answers again");
    this.#recoveries.emit();
  }

  #failed(error: unknown): void {
    // An answer about the request (conflict, quota, invalid) is an answer: the hub is there.
    if (!isApiError(error, ...unusable)) return isApiError(error) ? this.#succeeded() : undefined;
    if (this.#failingSince === undefined) {
      this.#failingSince = this.options.clock.monotonic();
      this.#wake?.();
    }
    if (!isApiError(error, ...silent)) return;
    this.options.metrics.hubConnected(false);
    if (this.#lost) return;
    this.#lost = true;
    this.options.log.warn(
      "the hub does not answer; everything waits for it and goes on by itself",
      {
        error: describeError(error),
      },
    );
  }
}
