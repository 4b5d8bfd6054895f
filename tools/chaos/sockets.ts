/**
 * Who listens on which address of this machine: `/proc/net`.
 *
 * @module
 */

/** States in `/proc/net`: a listening TCP socket, and a UDP socket without a peer. */
const open = { tcp: "0A", udp: "07" };

interface Row {
  readonly local: string;
  readonly peer: string;
  readonly state: string;
  readonly inode: string;
}

function* rows(text: string): Generator<Row> {
  for (const line of text.split("\n").slice(1)) {
    const [, local, peer, state, , , , , , inode] = line.trim().split(/\s+/);
    if (local === undefined || peer === undefined) continue;
    yield { local: endpoint(local), peer: endpoint(peer), state: state ?? "", inode: inode ?? "" };
  }
}

/** The address is a number in the machine's byte order, which is little-endian everywhere. */
function endpoint(text: string): string {
  const [address = "", port = ""] = text.split(":");
  const octets = address.match(/../g)?.toReversed().map((octet) => parseInt(octet, 16)) ?? [];
  return `${octets.join(".")}:${parseInt(port, 16)}`;
}

/** Parses `/proc/net/tcp` or `/proc/net/udp` (IPv4) into `address:port` of what accepts anything. */
export function parseSockets(text: string, protocol: keyof typeof open): string[] {
  return [...rows(text)].filter(({ state }) => state === open[protocol]).map(({ local }) => local);
}

/** What each TCP socket is for, by its inode: whom it listens to, or who is at its other end. */
export function parseSocketPeers(text: string): ReadonlyMap<string, string> {
  const describe = ({ state, local, peer }: Row) =>
    state === open.tcp ? `listener ${local}` : `socket to ${peer}`;
  return new Map([...rows(text)].map((row) => [row.inode, describe(row)]));
}

/** Sockets that accept connections or datagrams now, as `TCP address:port`. IPv4, Linux only. */
export async function openSockets(): Promise<string[]> {
  const read = async (protocol: keyof typeof open) =>
    parseSockets(await Deno.readTextFile(`/proc/net/${protocol}`), protocol)
      .map((socket) => `${protocol.toUpperCase()} ${socket}`);
  return [...await read("tcp"), ...await read("udp")];
}
