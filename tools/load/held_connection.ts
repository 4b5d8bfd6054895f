/**
 * A client that connects once and stays.
 *
 * @module
 */
import { systemClock } from "../../base/clock.ts";

/** Milliseconds that an echo may take. */
const deadline = 2_000;

/** One TCP connection to a `TcpBackend`, however many processes lie between. */
export class HeldConnection implements Disposable {
  readonly #decoder = new TextDecoder();
  /** Received and not yet consumed. */
  #text = "";

  private constructor(private readonly connection: Deno.TcpConn) {}

  /** Connects and reads the greeting, so that the connection is known to reach a backend. */
  static async open(address: string, port: number): Promise<HeldConnection> {
    const held = new HeldConnection(await Deno.connect({ hostname: address, port }));
    await held.#line();
    return held;
  }

  /** Sends a line and resolves when it has come back. @throws Error when it does not, in 2 s. */
  async echo(line: string): Promise<void> {
    await this.connection.write(new TextEncoder().encode(`${line}\n`));
    const answer = await this.#line();
    if (answer !== line) throw new Error(`sent ${line}, received ${answer}`);
  }

  [Symbol.dispose](): void {
    try {
      this.connection.close();
    } catch (error) {
      // A read that was late has closed it.
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  async #line(): Promise<string> {
    using _timer = systemClock.timer(() => this[Symbol.dispose](), deadline);
    const buffer = new Uint8Array(1024);
    while (!this.#text.includes("\n")) {
      const count = await this.connection.read(buffer);
      if (count === null) throw new Error("the connection was closed");
      this.#text += this.#decoder.decode(buffer.subarray(0, count), { stream: true });
    }
    const end = this.#text.indexOf("\n");
    const line = this.#text.slice(0, end);
    this.#text = this.#text.slice(end + 1);
    return line;
  }
}
