/**
 * Downloads one file and checks it.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { systemClock } from "../../base/clock.ts";
import { describeError } from "../../base/errors.ts";
import type { Download } from "./catalog.ts";

/** Choices of {@linkcode downloadFile}; times are milliseconds. */
export interface DownloadOptions {
  /** Until the server has begun to answer. Default 5,000: on a closed network others come next. */
  readonly connectLimit?: number;
  /** Longest silence within the answer. Default 15,000. */
  readonly stallLimit?: number;
  /** Told about progress, at every tenth of the file. */
  readonly report?: (line: string) => void;
}

/**
 * Writes the file to `target`.
 *
 * @throws Error when the server cannot be reached in time, answers anything but 200, falls silent,
 *   or sends another content than the checksum says; `target` may then hold a part.
 */
export async function downloadFile(
  { url, sha256 }: Pick<Download, "url" | "sha256">,
  target: string,
  { connectLimit = 5_000, stallLimit = 15_000, report = () => {} }: DownloadOptions = {},
): Promise<void> {
  const watch = new Stopwatch();
  try {
    watch.start(connectLimit, `${new URL(url).host} did not answer in ${connectLimit / 1000} s`);
    const response = await fetch(url, { signal: watch.signal });
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      throw new Error(`HTTP ${response.status}`);
    }
    const progress = new Progress(Number(response.headers.get("content-length")), report);
    const hash = createHash("sha256");
    using file = await Deno.open(target, { write: true, create: true, truncate: true });
    const writer = file.writable.getWriter();
    for await (const chunk of response.body) {
      watch.start(stallLimit, `nothing received for ${stallLimit / 1000} s`);
      hash.update(chunk);
      await writer.write(chunk);
      progress.add(chunk.length);
    }
    await writer.close();
    const found = hash.digest("hex");
    if (found !== sha256) throw new Error(`checksum is ${found}, not ${sha256}`);
  } catch (error) {
    const cause = watch.signal.aborted ? watch.signal.reason : error;
    throw new Error(`download from ${new URL(url).host}: ${reasonOf(cause)}`, { cause });
  } finally {
    watch.stop();
  }
}

/** Without what fetch says around it: the URL, twice. */
function reasonOf(error: unknown): string {
  return describeError(error).replace(/^.*client error \(Connect\): /s, "");
}

/** Aborts when the current phase takes too long. */
class Stopwatch {
  readonly #controller = new AbortController();
  #timer: Disposable | undefined;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Begins a phase; the one before has ended in time. */
  start(limit: number, message: string): void {
    this.stop();
    this.#timer = systemClock.timer(() => this.#controller.abort(new Error(message)), limit);
  }

  stop(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }
}

class Progress {
  #received = 0;
  #tenths = 0;

  constructor(private readonly total: number, private readonly report: (line: string) => void) {}

  add(bytes: number): void {
    this.#received += bytes;
    if (!(this.total > 0)) return;
    const tenths = Math.floor((10 * this.#received) / this.total);
    if (tenths === this.#tenths) return;
    this.#tenths = tenths;
    this.report(`${tenths * 10} % of ${(this.total / 1e6).toFixed(0)} MB`);
  }
}
