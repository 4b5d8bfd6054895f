/**
 * Clients at other addresses than the machine's first: all of 127.0.0.0/8 is its own.
 *
 * @module
 */
import { connect } from "node:net";
import { once } from "node:events";

/**
 * Connects from the loopback address `source` and returns the greeting of a `TcpBackend`.
 *
 * @throws Error when the connection is refused, closed without a word, or silent for 2 s.
 */
export async function askFrom(source: string, address: string, port: number): Promise<string> {
  const socket = connect({ host: address, port, localAddress: source, timeout: 2_000 });
  socket.on("timeout", () => socket.destroy(new Error("no answer in 2 s")));
  const closed = once(socket, "close").catch(() => {}); // The reader below has the error too.
  try {
    let text = "";
    for await (const chunk of socket) {
      text += new TextDecoder().decode(chunk);
      const end = text.indexOf("\n");
      if (end >= 0) return text.slice(0, end);
    }
    throw new Error("closed without a word");
  } finally {
    socket.destroy();
    await closed;
  }
}
