/**
 * The lines of a log that may explain a failure; the log itself is gone when the demo has ended.
 *
 * @module
 */

const complaint = /^\S+ (WARN|ERROR) /;

/** The last `count` warnings and errors of a log in text format. */
export function complaints(log: string, count = 5): string[] {
  return log.split("\n").filter((line) => complaint.test(line)).slice(-count);
}
