/**
 * How the program is told to end.
 *
 * @module
 */
import type { Logger } from "../base/logger.ts";

/** Fires at the first SIGTERM or SIGINT; disposing of it stops listening. */
export interface Termination extends Disposable {
  readonly signal: AbortSignal;
}

const signals = ["SIGTERM", "SIGINT"] as const;

/** Exit code of a program that a second signal ended: 128 + SIGTERM, as shells count. */
const impatientExit = 143;

/**
 * Turns the first signal into an `AbortSignal`, and lets the second end the process at once: whoever
 * sends two does not want to wait for connections to drain.
 *
 * @param exit ends the process; replaced in tests.
 */
export function onTermination(
  log: Logger,
  exit: (code: number) => void = Deno.exit,
): Termination {
  const controller = new AbortController();
  const listener = () => {
    if (controller.signal.aborted) {
      log.warn("second signal: ending at once");
      return exit(impatientExit);
    }
    log.info("ending; a second signal ends at once");
    controller.abort(new DOMException("the program was told to end", "AbortError"));
  };
  for (const name of signals) Deno.addSignalListener(name, listener);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const name of signals) Deno.removeSignalListener(name, listener);
    },
  };
}
