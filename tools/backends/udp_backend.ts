/**
 * A UDP server that says who it is.
 *
 * @module
 */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { systemClock } from "../../base/clock.ts";
import type { BackendOptions } from "./tcp_backend.ts";

/** Answers each datagram with its identity, a line feed, and what it received. */
export class UdpBackend implements AsyncDisposable {
  /** Addresses of the senders of all datagrams so far, in order. */
  readonly peers: string[] = [];

  private constructor(private readonly socket: Socket, readonly identity: string) {
    socket.on("message", (message, peer) => {
      this.peers.push(peer.address);
      const answer = Buffer.concat([new TextEncoder().encode(`${identity}\n`), message]);
      socket.send(answer, peer.port, peer.address);
    });
  }

  /** Listens when it resolves. */
  static async start(
    { address = "127.0.0.1", port = 0, identity }: BackendOptions,
  ): Promise<UdpBackend> {
    const socket = createSocket("udp4");
    socket.bind(port, address);
    await once(socket, "listening");
    return new UdpBackend(socket, identity);
  }

  get address(): string {
    return this.socket.address().address;
  }

  get port(): number {
    return this.socket.address().port;
  }

  /** Stops listening. */
  async [Symbol.asyncDispose](): Promise<void> {
    await close(this.socket);
  }
}

/** Choices of {@linkcode askUdp}. */
export interface AskUdpOptions {
  readonly message?: string;
  /** Milliseconds after which the answer is given up. Default 1,000. */
  readonly deadline?: number;
  /** The client's own port. Default one that the system chooses, which may have been used before. */
  readonly from?: number;
}

/**
 * Sends one datagram and returns the identity that answered and, after it, the message.
 *
 * @throws Error when nothing has come back in time, or the client's port is taken.
 */
export async function askUdp(
  address: string,
  port: number,
  { message = "hello", deadline = 1_000, from = 0 }: AskUdpOptions = {},
): Promise<string> {
  const socket = createSocket("udp4");
  const over = new AbortController();
  const late = () => over.abort(new Error(`no answer from ${address}:${port} in ${deadline} ms`));
  using _timer = systemClock.timer(late, deadline);
  try {
    if (from !== 0) {
      socket.bind(from);
      await once(socket, "listening");
    }
    const answer = once(socket, "message", { signal: over.signal });
    socket.send(message, port, address);
    const [data] = await answer;
    return new TextDecoder().decode(data).replace("\n", "");
  } catch (error) {
    throw over.signal.aborted ? over.signal.reason : error;
  } finally {
    await close(socket);
  }
}

/** Milliseconds. */
const closing = 1_000;

/**
 * Resolves when the socket is closed. Its file descriptor is at once; but Deno 2.9.3 sometimes never
 * emits `close` (seen once, after a hundred thousand datagrams), and nobody is to wait for ever.
 */
async function close(socket: Socket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  using _patience = systemClock.timer(resolve, closing);
  socket.once("close", () => resolve());
  socket.close();
  await promise;
}
