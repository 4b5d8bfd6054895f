/**
 * gRPC's length-prefixed messages, for a transport that knows HTTP/2 but not gRPC.
 *
 * https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md: a byte that says whether the
 * message is compressed, four bytes of length, the message.
 *
 * @module
 */
import { XdsError } from "./xds_error.ts";

const headerLength = 5;

/** A message with its prefix. */
export function frameMessage(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(headerLength + message.length);
  new DataView(frame.buffer).setUint32(1, message.length);
  frame.set(message, headerLength);
  return frame;
}

/** Finds the messages in bytes that come in pieces of any size. */
export class FrameReader {
  readonly #header = new Uint8Array(headerLength);
  /** How much of the header has come. */
  #headerFilled = 0;
  /** The message that has begun, and how much of it has come. */
  #message: Uint8Array | undefined;
  #filled = 0;

  /** @param longest bytes that a message may have. */
  constructor(private readonly longest: number) {}

  /**
   * Takes the next piece.
   *
   * @returns the messages that it completes.
   * @throws XdsError when a message is too long, or compressed. Nothing is set aside for it.
   */
  *read(piece: Uint8Array): Generator<Uint8Array> {
    let rest = piece;
    while (rest.length > 0) {
      rest = this.#message === undefined ? this.#readHeader(rest) : this.#readMessage(rest);
      if (this.#message?.length === this.#filled) {
        const message = this.#message;
        this.#message = undefined;
        this.#headerFilled = this.#filled = 0;
        yield message;
      }
    }
  }

  #readHeader(piece: Uint8Array): Uint8Array {
    const part = piece.subarray(0, headerLength - this.#headerFilled);
    this.#header.set(part, this.#headerFilled);
    this.#headerFilled += part.length;
    if (this.#headerFilled === headerLength) this.#message = new Uint8Array(this.#announced());
    return piece.subarray(part.length);
  }

  #announced(): number {
    if (this.#header[0] !== 0) {
      throw new XdsError("InvalidRequest", "compressed messages are not supported");
    }
    const length = new DataView(this.#header.buffer).getUint32(1);
    if (length > this.longest) {
      const message = `a message of ${length} bytes is too long; ${this.longest} at most`;
      throw new XdsError("TooMuch", message);
    }
    return length;
  }

  #readMessage(piece: Uint8Array): Uint8Array {
    const part = piece.subarray(0, this.#message!.length - this.#filled);
    this.#message!.set(part, this.#filled);
    this.#filled += part.length;
    return piece.subarray(part.length);
  }
}
