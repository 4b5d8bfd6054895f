/**
 * Bytes into lines.
 *
 * @module
 */

/** A line is longer than the splitter allows: the sender is not what it should be. */
export class LineTooLongError extends Error {
  override readonly name = "LineTooLongError";
}

/** Twenty times the largest object etcd stores: only garbage is longer. */
const defaultLimit = 32 * 1024 * 1024;
const newline = 0x0a;

/**
 * Cuts chunks of bytes, however they were split on the way, into lines.
 *
 * Works on bytes because a chunk may end inside a character, and looks at each byte once, however
 * many chunks a line takes.
 */
export class LineSplitter {
  #parts: Uint8Array[] = [];
  #length = 0;

  /** @param limit longest line in bytes. */
  constructor(private readonly limit: number = defaultLimit) {}

  /**
   * The lines that `chunk` completes, without their newline.
   *
   * @throws {LineTooLongError} the rest of the stream cannot be used then.
   */
  *push(chunk: Uint8Array): Generator<Uint8Array> {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      yield this.#finish(chunk.subarray(start, end));
      start = end + 1;
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start));
  }

  /** What came after the last newline: not empty when a stream was cut inside a line. */
  rest(): Uint8Array {
    return this.#finish(new Uint8Array());
  }

  #keep(part: Uint8Array): void {
    this.#check(part);
    this.#parts.push(part);
    this.#length += part.length;
  }

  #finish(last: Uint8Array): Uint8Array {
    this.#check(last);
    if (this.#parts.length === 0) return last;
    const line = new Uint8Array(this.#length + last.length);
    let offset = 0;
    for (const part of [...this.#parts, last]) {
      line.set(part, offset);
      offset += part.length;
    }
    this.#parts = [];
    this.#length = 0;
    return line;
  }

  #check(part: Uint8Array): void {
    if (this.#length + part.length <= this.limit) return;
    throw new LineTooLongError(`a line is longer than ${this.limit} bytes`);
  }
}
