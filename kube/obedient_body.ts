/**
 * Answers that end when their signal says so.
 *
 * Deno 2.9.3 forgets the `AbortSignal` of a `fetch` once the answer has begun and the garbage
 * collector has run: the body of a quiet watch then stays open for ever. So nobody here relies on
 * that signal for bodies.
 *
 * @module
 */

/** The same body, but it breaks off with the signal's reason when the signal fires. */
export function obedientBody(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  // The source may be broken already; then there is nothing left to cancel.
  const release = (reason: unknown) => reader.cancel(reason).catch(() => {});
  let onAbort: () => void;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      onAbort = () => {
        controller.error(signal.reason);
        release(signal.reason);
      };
      if (signal.aborted) onAbort();
      else signal.addEventListener("abort", onAbort, { once: true });
    },
    async pull(controller) {
      const { done, value } = await reader.read();
      if (signal.aborted) return;
      if (!done) return controller.enqueue(value);
      signal.removeEventListener("abort", onAbort);
      controller.close();
    },
    async cancel(reason) {
      signal.removeEventListener("abort", onAbort);
      await release(reason);
    },
  }, { highWaterMark: 0 });
}

/**
 * The whole body as text.
 *
 * @throws the signal's reason when it fires first.
 */
export function obedientText(response: Response, signal: AbortSignal): Promise<string> {
  return obedient(response.text(), signal);
}

/**
 * What `promise` gives, unless the signal fires first: for work that knows of no signal. That work
 * goes on, and its outcome is lost.
 *
 * @throws the signal's reason when it fires first.
 */
export async function obedient<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
