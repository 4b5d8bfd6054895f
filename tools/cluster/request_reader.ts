/**
 * HTTP/1.1 requests from the bytes of a connection.
 *
 * @module
 */
import type { ProxiedRequest } from "./fault.ts";

const decoder = new TextDecoder();
const encoder = new TextEncoder();
const endOfHead = encoder.encode("\r\n\r\n");

/**
 * Reads what `fetch` sends: requests one after the other, bodies with a length. It reads on while an
 * answer is under way, and so notices a client that goes.
 */
export class RequestReader {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array();
  #more = Promise.withResolvers<void>();
  readonly #gone = new AbortController();

  constructor(private readonly source: ReadableStream<Uint8Array>) {}

  /** Fires when the client has closed the connection, or it broke. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Reads until the end of the connection. Never throws. */
  async run(): Promise<void> {
    try {
      for await (const chunk of this.source) this.#push(chunk);
    } catch {
      // Broken is gone.
    }
    this.#gone.abort();
    this.#more.resolve();
  }

  #push(chunk: Uint8Array): void {
    const joined = new Uint8Array(this.#bytes.length + chunk.length);
    joined.set(this.#bytes);
    joined.set(chunk, this.#bytes.length);
    this.#bytes = joined;
    this.#more.resolve();
    this.#more = Promise.withResolvers<void>();
  }

  /** The next request; `undefined` when the client has gone. */
  async next(): Promise<ProxiedRequest | undefined> {
    const end = await this.#until(() => indexOf(this.#bytes, endOfHead));
    if (end === undefined) return undefined;
    const [start = "", ...lines] = decoder.decode(this.#take(end + endOfHead.length)).split("\r\n");
    const [method = "", target = ""] = start.split(" ");
    const headers = new Headers();
    for (const line of lines) {
      const colon = line.indexOf(":");
      if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
    }
    const length = Number(headers.get("content-length") ?? 0);
    const whole = await this.#until(() => this.#bytes.length >= length ? length : undefined);
    if (whole === undefined) return undefined;
    return { method, target, headers, body: this.#take(length) };
  }

  async #until(look: () => number | undefined): Promise<number | undefined> {
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      if (this.#gone.signal.aborted) return undefined;
      await this.#more.promise;
    }
  }

  #take(length: number): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.slice(0, length);
    this.#bytes = this.#bytes.slice(length);
    return taken;
  }
}

function indexOf(bytes: Uint8Array, pattern: Uint8Array): number | undefined {
  for (let start = 0; start + pattern.length <= bytes.length; start++) {
    if (pattern.every((byte, offset) => bytes[start + offset] === byte)) return start;
  }
  return undefined;
}
