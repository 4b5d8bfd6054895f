/**
 * Ports for what an Envoy says about itself.
 *
 * @module
 */

const hostname = "127.0.0.1";

/**
 * `preferred` when nobody listens on it, so that what scrapes it need not be told of each restart;
 * otherwise a port that the kernel picks.
 */
export function freeLoopbackPort(preferred?: number): number {
  if (preferred !== undefined && isFree(preferred)) return preferred;
  using listener = Deno.listen({ hostname, port: 0 });
  return listener.addr.port;
}

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname, port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}
