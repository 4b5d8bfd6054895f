/**
 * Ports that nobody listens on.
 *
 * @module
 */
import { type Random, systemRandom } from "../../base/random.ts";

// Below the range from which Linux takes the local ports of outgoing connections (32768 and up), so
// that none of those steals the port before the server binds it; above the ports that fleets use.
const first = 30100;
const last = 32700;

/** Ports already given out by this program: the caller may not have bound them yet. */
const given = new Set<number>();

/**
 * A TCP and UDP port that is free on `address` now and is not given out twice by this program.
 *
 * @throws Error when a thousand random choices are all taken.
 */
export function freePort(address = "127.0.0.1", random: Random = systemRandom): number {
  for (let attempt = 0; attempt < 1000; attempt++) {
    const port = first + Math.floor(random() * (last - first));
    if (given.has(port) || !isFree(address, port)) continue;
    given.add(port);
    return port;
  }
  throw new Error(`found no free port on ${address} between ${first} and ${last}`);
}

function isFree(hostname: string, port: number): boolean {
  try {
    Deno.listen({ hostname, port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}
