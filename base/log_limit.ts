/**
 * Log lines that strangers can cause, in a number that they cannot choose.
 *
 * @module
 */
import type { Clock } from "./clock.ts";
import type { LogFields, Logger } from "./logger.ts";
import { TokenBucket } from "./token_bucket.ts";

/** Writes lines as long as they are few; what it leaves out it counts, and says with the next. */
export class LogLimit {
  readonly #bucket: TokenBucket;
  #leftOut = 0;

  /**
   * @param burst how many lines may come at once.
   * @param interval milliseconds until one more may come.
   */
  constructor(clock: Clock, burst: number, interval: number) {
    this.#bucket = new TokenBucket(clock, burst, interval);
  }

  /** Warns by way of `log`, if that is not too much. */
  warn(log: Logger, message: string, fields: LogFields = {}): void {
    if (!this.#bucket.take()) {
      this.#leftOut++;
      return;
    }
    log.warn(message, this.#leftOut > 0 ? { ...fields, leftOut: this.#leftOut } : fields);
    this.#leftOut = 0;
  }
}
