/**
 * One answer on its way through the fault proxy.
 *
 * @module
 */
import { delay, systemClock } from "../../base/clock.ts";
import { errorEvent, type Fault, type ProxiedRequest, rewound, statusBody } from "./fault.ts";

/** The client's side of a connection. */
export interface Downstream {
  readonly writable: WritableStream<Uint8Array>;
  /** Fires when the client has gone or the connection has been closed. */
  readonly gone: AbortSignal;
  close(): void;
}

const encoder = new TextEncoder();

/** Passes an answer on, or does to it what its fault wants. */
export class ProxiedAnswer {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #ended = new AbortController();
  #begun = false;
  #muted = false;
  /** Writes happen one after the other: a fault must not strike inside a line. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    readonly request: ProxiedRequest,
    private readonly downstream: Downstream,
    private readonly fault: Fault | undefined,
  ) {
    this.#writer = downstream.writable.getWriter();
  }

  /** Whether the answer has begun and can be struck. */
  get open(): boolean {
    return this.#begun && !this.#muted && !this.#ended.signal.aborted;
  }

  /** Sends the request on by `forward`, and its answer back. */
  async run(forward: (target: string, signal: AbortSignal) => Promise<Response>): Promise<void> {
    const signal = AbortSignal.any([this.downstream.gone, this.#ended.signal]);
    try {
      await this.#exchange(forward, signal);
    } catch (error) {
      // Whoever is cut off from the server does not learn of its end either.
      if (this.#muted) await fired(this.downstream.gone);
      throw error;
    } finally {
      this.#ended.abort();
      this.#writer.releaseLock();
    }
  }

  async #exchange(
    forward: (target: string, signal: AbortSignal) => Promise<Response>,
    signal: AbortSignal,
  ): Promise<void> {
    const { fault } = this;
    if (fault?.kind === "stall") return await fired(this.downstream.gone);
    if (fault?.kind === "status") return await this.#refuse(fault.status, fault.retryAfter);
    const response = await forward(targetOf(this.request, fault), signal);
    // The signal alone is not obeyed by bodies that have begun (see kube/obedient_body.ts).
    const reader = response.body?.getReader();
    const stop = () => void reader?.cancel().catch(() => {});
    signal.addEventListener("abort", stop, { once: true });
    try {
      if (fault?.kind === "half-open") return await fired(this.downstream.gone);
      await this.#begin(response.status, response.headers);
      await this.#pass(reader, response.status);
    } finally {
      signal.removeEventListener("abort", stop);
      stop();
    }
  }

  /** Strikes an answer that is under way. */
  async strike(fault: Fault): Promise<void> {
    switch (fault.kind) {
      case "cut":
        return this.downstream.close();
      case "half-open":
        this.#muted = true;
        return;
      case "end":
        return await this.#end();
      case "garbage":
        return await this.#piece(encoder.encode(fault.line + "\n"));
      case "error-event":
        await this.#piece(encoder.encode(errorEvent(fault.status) + "\n"));
        return await this.#end();
      default:
        throw new Error(`a fault of kind ${fault.kind} cannot strike an answer under way`);
    }
  }

  async #refuse(status: number, retryAfter?: number): Promise<void> {
    const headers = new Headers({ "content-type": "application/json" });
    if (retryAfter !== undefined) headers.set("retry-after", String(retryAfter));
    await this.#begin(status, headers);
    await this.#piece(encoder.encode(JSON.stringify(statusBody(status))));
    await this.#end();
  }

  async #begin(status: number, headers: Headers): Promise<void> {
    const kept = [...headers].filter(([name]) => !rewritten.has(name));
    const lines = [
      ...kept.map(([name, value]) => `${name}: ${value}`),
      "transfer-encoding: chunked",
    ];
    await this.#write(encoder.encode(`HTTP/1.1 ${status} -\r\n${lines.join("\r\n")}\r\n\r\n`));
    this.#begun = true;
  }

  async #pass(
    reader: ReadableStreamDefaultReader<Uint8Array> | undefined,
    status: number,
  ): Promise<void> {
    const { fault } = this;
    let left = fault?.kind === "cut" ? fault.after ?? 0 : Infinity;
    const watch = status === 200 && isWatch(this.request);
    if (watch && fault !== undefined) await this.#prelude(fault);
    for await (const piece of watch ? linesOf(reader) : chunksOf(reader)) {
      if (fault?.kind === "slow") await delay(systemClock, fault.delay, this.downstream.gone);
      if (piece.length > left) {
        await this.#piece(piece.subarray(0, left));
        return this.downstream.close();
      }
      left -= piece.length;
      await this.#piece(watch && fault?.kind === "rewind" ? rewind(piece, fault.by) : piece);
    }
    // After a half-open connection there is no end either.
    if (this.#muted) return await fired(this.downstream.gone);
    await this.#end();
  }

  /** Faults that come before the first event of a watch. */
  async #prelude(fault: Fault): Promise<void> {
    const sent = fault.kind === "garbage" || fault.kind === "error-event" || fault.kind === "end";
    if (sent) await this.strike(fault);
  }

  async #piece(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0 || this.#ended.signal.aborted) return;
    const size = encoder.encode(bytes.length.toString(16) + "\r\n");
    await this.#write(size, bytes, encoder.encode("\r\n"));
  }

  async #end(): Promise<void> {
    if (this.#ended.signal.aborted) return;
    const written = this.#write(encoder.encode("0\r\n\r\n"));
    this.#ended.abort();
    await written;
  }

  #write(...parts: Uint8Array[]): Promise<void> {
    const write = async () => {
      if (this.#muted) return;
      for (const part of parts) await this.#writer.write(part);
    };
    const written = this.#last.then(write);
    this.#last = written.catch(() => {});
    return written;
  }
}

/** Headers that belong to one connection. */
const rewritten = new Set([
  "transfer-encoding",
  "content-length",
  "content-encoding",
  "connection",
]);

function isWatch({ target }: ProxiedRequest): boolean {
  return /[?&]watch=(true|1)(&|$)/.test(target);
}

function targetOf({ target }: ProxiedRequest, fault: Fault | undefined): string {
  if (fault?.kind !== "ask") return target;
  const [path, query] = target.split("?", 2);
  const changed = new URLSearchParams(query);
  fault.change(changed);
  return `${path}?${changed}`;
}

async function* chunksOf(reader: ReadableStreamDefaultReader<Uint8Array> | undefined) {
  while (reader !== undefined) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

/** Whole lines with their newline, however they were cut. */
async function* linesOf(reader: ReadableStreamDefaultReader<Uint8Array> | undefined) {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunksOf(reader)) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop()!;
    for (const line of lines) yield encoder.encode(line + "\n");
  }
}

function rewind(line: Uint8Array, by: number): Uint8Array {
  return encoder.encode(rewound(new TextDecoder().decode(line), by) + "\n");
}

function fired(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
