/**
 * Responses of one type that the client has neither accepted nor refused.
 *
 * @module
 */
import type { RequestHeader } from "./request.ts";
import type { Answer, InFlight } from "./type_stream.ts";

/** Responses that a client may hold back the answer to, before it gets no more. */
const maxWithheld = 16;

/**
 * At most one response is in flight. Others are withheld: the client has read them, as its answer to
 * something sent later shows, but does not say yet what became of them.
 */
export class Unanswered {
  #inFlight: InFlight | undefined;
  readonly #withheld = new Map<string, InFlight>();

  /** The response that keeps the next from being made. */
  get inFlight(): InFlight | undefined {
    return this.#inFlight;
  }

  /** A response was made. */
  sent(response: InFlight): void {
    this.#inFlight = response;
  }

  /** What a request says about the response that it names. */
  answer({ nonce, error }: RequestHeader): readonly Answer[] {
    const response = this.#take(nonce);
    if (response === undefined) return [];
    if (error === undefined) return [{ kind: "accepted", response }];
    return [{ kind: "refused", response, message: error }];
  }

  /** The client is known to have read what is in flight: the next response may be made. */
  setAside(): void {
    if (this.#inFlight === undefined || this.#withheld.size >= maxWithheld) return;
    this.#withheld.set(this.#inFlight.nonce, this.#inFlight);
    this.#inFlight = undefined;
  }

  #take(nonce: string): InFlight | undefined {
    const withheld = this.#withheld.get(nonce);
    this.#withheld.delete(nonce);
    if (withheld || nonce !== this.#inFlight?.nonce) return withheld;
    const response = this.#inFlight;
    this.#inFlight = undefined;
    return response;
  }
}
