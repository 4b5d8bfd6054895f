/**
 * A TCP server that says who it is.
 *
 * @module
 */
import { delay, systemClock } from "../../base/clock.ts";

/** Where a backend listens and what it calls itself. */
export interface BackendOptions {
  /** Loopback address, for example of a "node": `127.0.1.1`. Default `127.0.0.1`. */
  readonly address?: string;
  /** Default: one that the system chooses. */
  readonly port?: number;
  /** What it answers with. */
  readonly identity: string;
}

/** Greets each connection with its identity and a line feed, then sends back what it receives. */
export class TcpBackend implements AsyncDisposable {
  readonly #listener: Deno.TcpListener;
  readonly #connections = new Set<Deno.TcpConn>();
  readonly #done: Promise<void>;
  /** Addresses of the peers of all connections so far, in order: who it believes the client is. */
  readonly peers: string[] = [];
  readonly identity: string;

  /** Listens from the moment it exists. */
  constructor({ address = "127.0.0.1", port = 0, identity }: BackendOptions) {
    this.identity = identity;
    this.#listener = Deno.listen({ hostname: address, port });
    this.#done = this.#accept();
  }

  get address(): string {
    return this.#listener.addr.hostname;
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  /** Connections open now. */
  get open(): number {
    return this.#connections.size;
  }

  /** Stops listening and closes every connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#connections) close(connection);
    await this.#done;
  }

  async #accept(): Promise<void> {
    const served: Promise<void>[] = [];
    for await (const connection of this.#listener) {
      this.peers.push(connection.remoteAddr.hostname);
      served.push(this.#serve(connection));
    }
    await Promise.all(served);
  }

  async #serve(connection: Deno.TcpConn): Promise<void> {
    this.#connections.add(connection);
    try {
      await connection.write(new TextEncoder().encode(`${this.identity}\n`));
      await connection.readable.pipeTo(connection.writable);
    } catch {
      // The peer went away, or disposal closed the connection: both are its ordinary end.
    } finally {
      this.#connections.delete(connection);
      close(connection);
    }
  }
}

/**
 * Connects, sends `message` if there is one, and returns the greeting without its line feed and,
 * after it, what came back of the message.
 *
 * @throws Deno.errors.ConnectionRefused and the like; Error when the server closes without a word;
 *   the error of `AbortSignal.timeout` after `deadline` milliseconds.
 */
export async function askTcp(
  address: string,
  port: number,
  { message = "", deadline = 2_000 } = {},
): Promise<string> {
  const connection = await connect(address, port, deadline);
  const over = new AbortController();
  const timeout = delay(systemClock, deadline, over.signal).then(() => close(connection), () => {});
  try {
    if (message !== "") await connection.write(new TextEncoder().encode(message));
    return await readAnswer(connection, message.length, `${address}:${port}`);
  } finally {
    over.abort();
    await timeout;
    close(connection);
  }
}

async function connect(hostname: string, port: number, deadline: number): Promise<Deno.TcpConn> {
  const over = new AbortController();
  const timer = systemClock.timer(() => over.abort(new Error("connect timed out")), deadline);
  using _timer = timer;
  return await Deno.connect({ hostname, port, signal: over.signal });
}

async function readAnswer(
  connection: Deno.TcpConn,
  echoed: number,
  where: string,
): Promise<string> {
  const buffer = new Uint8Array(64 * 1024);
  const decoder = new TextDecoder();
  let text = "";
  while (true) {
    const count = await connection.read(buffer);
    if (count === null) {
      throw new Error(`${where} closed the connection after ${JSON.stringify(text)}`);
    }
    text += decoder.decode(buffer.subarray(0, count), { stream: true });
    const end = text.indexOf("\n");
    if (end >= 0 && text.length >= end + 1 + echoed) {
      return text.slice(0, end) + text.slice(end + 1);
    }
  }
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
