/**
 * Who listens on which address of this machine: `/proc/net`.
 *
 * @module
 */

/** States in `/proc/net`: a listening TCP socket, and a UDP socket without a peer. */
const open = { tcp: "0A", udp: "07" };

/** Parses `/proc/net/tcp` or `/proc/net/udp` (IPv4) into `address:port`. */
export function parseSockets(text: string, protocol: keyof typeof open): string[] {
  const found: string[] = [];
  for (const line of text.split("\n").slice(1)) {
    const [, local, , state] = line.trim().split(/\s+/);
    const match = /^([0-9A-F]{8}):([0-9A-F]{4})$/.exec(local ?? "");
    if (match === null || state !== open[protocol]) continue;
    // The address is a number in the machine's byte order, which is little-endian everywhere.
    const octets = match[1]!.match(/../g)!.toReversed().map((octet) => parseInt(octet, 16));
    found.push(`${octets.join(".")}:${parseInt(match[2]!, 16)}`);
  }
  return found;
}

/** Sockets that accept connections or datagrams now, as `TCP address:port`. IPv4, Linux only. */
export async function openSockets(): Promise<string[]> {
  const read = async (protocol: keyof typeof open) =>
    parseSockets(await Deno.readTextFile(`/proc/net/${protocol}`), protocol)
      .map((socket) => `${protocol.toUpperCase()} ${socket}`);
  return [...await read("tcp"), ...await read("udp")];
}
