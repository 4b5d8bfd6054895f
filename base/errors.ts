/**
 * Small helpers for values caught as `unknown`.
 *
 * @module
 */

/**
 * One line that says what went wrong, with the chain of causes.
 *
 * @example
 * ```ts
 * import { describeError } from "./errors.ts";
 * const error = new Error("cannot reach the hub", { cause: new Error("connection refused") });
 * console.assert(describeError(error) === "cannot reach the hub: connection refused");
 * ```
 */
export function describeError(error: unknown): string {
  const parts: string[] = [];
  let current: unknown = error;
  // A cycle of causes is possible in theory; eight links are more than any reader wants.
  for (let depth = 0; depth < 8 && current !== undefined && current !== null; depth++) {
    const message = current instanceof Error ? current.message || current.name : current;
    const text = withoutPath(withoutFetch(message), parts);
    // Wrappers often repeat the message of their cause; the reader needs it once.
    if (text !== "" && !parts.some((part) => part.includes(text))) parts.push(text);
    current = current instanceof Error ? current.cause : undefined;
  }
  return parts.join(": ") || (error instanceof Error ? error.message : "");
}

/**
 * What `fetch` says before the reason is left out: that it failed, and the URL, which would make one
 * outage look like many.
 */
function withoutFetch(message: unknown): string {
  return String(message)
    .replace(/^fetch failed(: |$)/, "")
    .replace(/^error sending request for url \(.*?\): /, "");
}

/** Deno says which file it is about: `…: readfile '/path'`. The wrapper may have said so before. */
function withoutPath(message: string, before: readonly string[]): string {
  const [, reason, path] = /^(.*): \w+ '([^']+)'$/s.exec(message) ?? [];
  return path && before.some((part) => part.includes(path)) ? reason! : message;
}

/** Whether an error only says that its `AbortSignal` fired: an order, not a fault. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
