/**
 * Says what is wrong once, and not every time it is tried again.
 *
 * @module
 */
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { ApiErrorReason } from "./api_error.ts";

/** Why something does not get on right now. */
export interface Trouble {
  readonly reason: ApiErrorReason;
  /** Says what is wrong and what to do. */
  readonly message: string;
}

/** The same trouble is logged again after this many milliseconds. */
const reminderInterval = 60_000;

/** Remembers the present trouble of one activity, and logs its beginning and its end. */
export class TroubleLog {
  #current: Trouble | undefined;
  #logged: { readonly reason: ApiErrorReason; readonly at: number } | undefined;

  /** @param end what is logged when all is well again. */
  constructor(
    private readonly log: Logger,
    private readonly clock: Clock,
    private readonly end = "watching again",
  ) {}

  /** What is wrong now; `undefined` while all is well. */
  get current(): Trouble | undefined {
    return this.#current;
  }

  /** @param quiet not worth a line yet; it will be if it comes again. */
  report(trouble: Trouble, quiet = false): void {
    this.#current = trouble;
    const { reason, message } = trouble;
    const now = this.clock.monotonic();
    const told = this.#logged?.reason === reason && now - this.#logged.at < reminderInterval;
    if (quiet || told) return;
    this.#logged = { reason, at: now };
    this.log.warn(message, { reason });
  }

  /** All is well again. */
  recovered(): void {
    if (this.#logged) this.log.info(this.end, { after: this.#logged.reason });
    this.#current = undefined;
    this.#logged = undefined;
  }
}
