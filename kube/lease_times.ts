/**
 * The times of leader election, and how they have to fit.
 *
 * @module
 */

/** client-go's `JitterFactor`: a try comes up to a fifth later than the retry period says. */
export const jitter = 1.2;

/** In milliseconds; see `LeaseElectionOptions`. */
export interface LeaseTimes {
  readonly leaseDuration: number;
  readonly renewDeadline: number;
  readonly retryPeriod: number;
}

/** @throws when the times do not fit: lease > renew deadline > retry period · jitter. */
export function checkLeaseTimes({ leaseDuration, renewDeadline, retryPeriod }: LeaseTimes): void {
  if (leaseDuration > renewDeadline && renewDeadline > retryPeriod * jitter) return;
  throw new Error(
    `leader election: lease duration (${leaseDuration} ms) must exceed the renew deadline ` +
      `(${renewDeadline} ms), and that the retry period · ${jitter} (${retryPeriod * jitter})`,
  );
}
