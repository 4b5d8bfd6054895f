/**
 * An API server for unit tests: answers are scripted, requests recorded. Tests that need the real
 * one's behaviour use the real one (`tests/kube`).
 *
 * @module
 */
import type { Transport, TransportRequest } from "./transport.ts";

/** Answers one request, by hand. */
export type Answer = (request: TransportRequest) => Response | Promise<Response>;

/** A {@linkcode Transport} that answers from a script; the last answer repeats. */
export class FakeTransport implements Transport {
  readonly requests: TransportRequest[] = [];
  reconnects = 0;
  readonly #answers: Answer[];

  constructor(...answers: Answer[]) {
    this.#answers = answers;
  }

  async send(request: TransportRequest): Promise<Response> {
    this.requests.push(request);
    const answer = this.#answers.length > 1 ? this.#answers.shift()! : this.#answers[0]!;
    request.signal.throwIfAborted();
    return await answer(request);
  }

  reconnect(): void {
    this.reconnects++;
  }

  [Symbol.dispose](): void {}
}

/** An answer in JSON. */
export function json(value: unknown, status = 200, headers: Record<string, string> = {}): Answer {
  return () => new Response(JSON.stringify(value), { status, headers });
}

/** A failure in the API server's format. */
export function failure(status: number, reason: string, message = reason): Answer {
  return json({ kind: "Status", status: "Failure", code: status, reason, message }, status);
}

/** No answer until the caller gives up. */
export function hang(): Answer {
  return ({ signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
}

/** A watch whose lines a test writes one by one. */
export class FakeWatch {
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  /** Whether the reader has gone. */
  cancelled = false;
  readonly body: ReadableStream<Uint8Array>;

  constructor(signal?: AbortSignal) {
    this.body = new ReadableStream<Uint8Array>({
      start: (controller) => void (this.#controller = controller),
      cancel: () => void (this.cancelled = true),
    });
    signal?.addEventListener("abort", () => this.fail(signal.reason), { once: true });
  }

  /** Sends watch events, or raw text. */
  send(...lines: unknown[]): void {
    const text = lines.map((line) => typeof line === "string" ? line : JSON.stringify(line));
    this.sendBytes(text.map((line) => line + "\n").join(""));
  }

  /** Sends text as it is, without a newline. */
  sendBytes(text: string): void {
    this.#controller.enqueue(new TextEncoder().encode(text));
  }

  /** Ends in good order. */
  end(): void {
    this.#controller.close();
  }

  /** Breaks. */
  fail(error: unknown): void {
    try {
      this.#controller.error(error);
    } catch {
      // The reader has gone already.
    }
  }
}
