/**
 * Says what is wrong once, and not every time it is tried again, nor by everyone who meets it.
 *
 * @module
 */
import type { Clock } from "../base/clock.ts";
import { describeError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { ApiError, type ApiErrorReason } from "./api_error.ts";

/** Why something does not get on right now. */
export interface Trouble {
  readonly reason: ApiErrorReason;
  /** Says what is wrong and what to do. */
  readonly message: string;
}

/** The trouble that an error means. @param what does not work, as the beginning of the message. */
export function troubleOf(what: string, error: unknown): Trouble {
  // What is none of an API server's answers is our own deadline.
  const reason = error instanceof ApiError ? error.reason : "Timeout";
  return { reason, message: `${what}: ${describeError(error)}` };
}

/** Whoever else talks to the same API server has these troubles too. */
const outages: readonly ApiErrorReason[] = ["Unreachable", "Timeout", "Unauthorized"];

/** Whether a trouble is not of one activity, but of all that talk to the API server. */
export function isOutage({ reason }: Pick<Trouble, "reason">): boolean {
  return outages.includes(reason);
}

/** The same trouble is logged again after this many milliseconds. */
const reminderInterval = 60_000;

/** Remembers the present trouble of one activity, and logs its beginning and its end. */
export class TroubleLog {
  #current: Trouble | undefined;
  #logged: { readonly reason: ApiErrorReason; readonly at: number } | undefined;
  #inOutage = false;

  /**
   * @param end what is logged when all is well again.
   * @param cluster is told instead of the log when everyone has the trouble: many activities, one
   *   line.
   */
  constructor(
    private readonly log: Logger,
    private readonly clock: Clock,
    private readonly end = "watching again",
    private readonly cluster?: TroubleLog,
  ) {}

  /** What is wrong now; `undefined` while all is well. */
  get current(): Trouble | undefined {
    return this.#current;
  }

  /** @param quiet not worth a line yet; it will be if it comes again. */
  report(trouble: Trouble, quiet = false): void {
    this.#current = trouble;
    if (this.cluster && isOutage(trouble)) {
      if (quiet) return;
      this.#inOutage = true;
      return this.cluster.report(trouble);
    }
    this.#endOutage();
    const { reason, message } = trouble;
    const now = this.clock.monotonic();
    const told = this.#logged?.reason === reason && now - this.#logged.at < reminderInterval;
    if (quiet || told) return;
    this.#logged = { reason, at: now };
    this.log.warn(message, { reason });
  }

  /** All is well again. */
  recovered(): void {
    this.#endOutage();
    if (this.#logged) this.log.info(this.end, { after: this.#logged.reason });
    this.#current = undefined;
    this.#logged = undefined;
  }

  /** Any answer ends it for everyone. */
  #endOutage(): void {
    if (this.#inOutage) this.cluster?.recovered();
    this.#inOutage = false;
  }
}
