/**
 * Clients whose address a test chooses; on loopback every `127.x.y.z` is one.
 *
 * @module
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";
import type { Binding } from "../../envoy/translate/mod.ts";

/** What a client sees: an answer, or how it was refused. */
export type Outcome = { readonly answer: string } | { readonly refused: string };

/** The client's side. */
export interface ClientOptions {
  /** The client's own address. Default: the kernel's choice. */
  readonly from?: string;
  /** Which of the binding's addresses is asked. Default the first. */
  readonly to?: string;
  /** Milliseconds. Default 5000 for TCP, 500 for UDP. */
  readonly deadline?: number;
}

/** Connects and reads the greeting of a `TcpBackend`. */
export async function askTcpFrom(
  binding: Binding,
  { from, to = binding.addresses[0]!, deadline = 5_000 }: ClientOptions = {},
): Promise<Outcome> {
  const socket = connect({
    host: to,
    port: binding.port,
    ...(from !== undefined && { localAddress: from }),
  });
  const closed = once(socket, "close");
  const signal = AbortSignal.timeout(deadline);
  try {
    // A connection that is closed without a word ends the wait as well.
    const data = await Promise.race([
      once(socket, "data", { signal }).then(([data]) => String(data)),
      once(socket, "end", { signal }).then(() => ""),
    ]);
    return data === "" ? { refused: "closed" } : { answer: data.split("\n")[0]! };
  } catch (error) {
    return { refused: error instanceof Error && "code" in error ? String(error.code) : "timeout" };
  } finally {
    socket.destroy();
    await closed.catch(() => {});
  }
}

/** Sends a datagram and reads the answer of a `UdpBackend`. */
export async function askUdpFrom(
  binding: Binding,
  { from, to = binding.addresses[0]!, deadline = 500, message = "hello" }:
    & ClientOptions
    & { readonly message?: string } = {},
): Promise<Outcome> {
  const socket = createSocket("udp4");
  const closed = once(socket, "close");
  try {
    socket.bind(0, from);
    await once(socket, "listening");
    const answer = once(socket, "message", { signal: AbortSignal.timeout(deadline) });
    socket.send(message, binding.port, to);
    const [data] = await answer;
    return { answer: String(data).split("\n")[0]! };
  } catch {
    return { refused: "timeout" };
  } finally {
    socket.close();
    await closed;
  }
}
