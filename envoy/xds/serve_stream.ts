/**
 * One gRPC stream over the bodies of a `fetch`-style request and response.
 *
 * @module
 */
import type { AnySession } from "./any_session.ts";
import { frameMessage, FrameReader } from "./grpc_frames.ts";
import { longestRequest } from "./limits.ts";
import { statusCodes } from "./status_codes.ts";
import type { Peer, StreamTransport } from "./transport.ts";
import { XdsError } from "./xds_error.ts";

type State =
  /** The response has not begun, so it can still be a status. */
  | { readonly kind: "silent" }
  | { readonly kind: "answering"; readonly body: ReadableStreamDefaultController<Uint8Array> }
  | { readonly kind: "ended" };

/** Bytes that may wait for a client that reads slowly, before the session is told to stop. */
const buffered = 64 << 10;

/** A response that is nothing but a status: there are no trailers here, so headers tell it. */
export function statusResponse(code: number, message = ""): Response {
  return new Response(null, {
    headers: {
      "content-type": "application/grpc",
      "grpc-status": String(code),
      "grpc-message": percentEncode(message),
    },
  });
}

/**
 * The transport of one session. A status can be told until the first message is sent; a stream that
 * is ended later looks like a reset to the client, which then comes back.
 */
export class ServeStream implements StreamTransport {
  readonly #response = Promise.withResolvers<Response>();
  readonly #requests: ReadableStreamDefaultReader<Uint8Array>;
  readonly #frames = new FrameReader(longestRequest);
  #state: State = { kind: "silent" };
  /** Whether the session waits for the client to read. */
  #full = false;
  #onDrained = () => {};

  constructor(readonly peer: Peer, requests: ReadableStream<Uint8Array>) {
    this.#requests = requests.getReader();
  }

  /** Feeds `session` until the client is gone, and resolves when there is something to answer. */
  serve(session: AnySession): Promise<Response> {
    this.#onDrained = () => session.drained();
    this.#feed(session);
    return this.#response.promise;
  }

  send(message: Uint8Array): boolean {
    if (this.#state.kind === "ended") return false;
    const { body } = this.#state.kind === "answering" ? this.#state : this.#begin();
    body.enqueue(frameMessage(message));
    this.#full = (body.desiredSize ?? 0) <= 0;
    return !this.#full;
  }

  end(error?: XdsError): void {
    const state = this.#state;
    if (state.kind === "ended") return;
    this.#state = { kind: "ended" };
    if (state.kind === "answering") state.body.close();
    else this.#response.resolve(statusOf(error));
    // Else a client that sends on would never see that nobody listens.
    this.#requests.cancel().catch(() => {});
  }

  async #feed(session: AnySession): Promise<void> {
    try {
      for (;;) {
        const { done, value } = await this.#requests.read();
        if (done) break;
        for (const message of this.#frames.read(value)) session.receive(message);
      }
    } catch (error) {
      // Anything else than our own means that the connection is gone.
      if (error instanceof XdsError) session.end(error);
    }
    session.close();
    this.end();
  }

  #begin() {
    let controller!: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (given) => void (controller = given as typeof controller),
      pull: () => this.#drained(),
      // The client has gone; the request's body says so too.
      cancel: () => void (this.#state = { kind: "ended" }),
    }, new ByteLengthQueuingStrategy({ highWaterMark: buffered }));
    const state = { kind: "answering" as const, body: controller };
    this.#state = state;
    const headers = { "content-type": "application/grpc" };
    this.#response.resolve(new Response(body, { headers }));
    return state;
  }

  #drained(): void {
    if (!this.#full) return;
    this.#full = false;
    this.#onDrained();
  }
}

function statusOf(error: XdsError | undefined): Response {
  return error === undefined
    ? statusResponse(0)
    : statusResponse(statusCodes[error.reason], error.message);
}

/** As gRPC wants it in a header: printable ASCII but `%` as it is. */
function percentEncode(message: string): string {
  return message.toWellFormed().replace(/[^ -$&-~]+/gu, encodeURIComponent);
}
