/**
 * Listen addresses as Go programs write them.
 *
 * @module
 */

/** Where to listen. */
export interface ListenAddress {
  /** Absent: all addresses of the machine. */
  readonly hostname?: string;
  readonly port: number;
}

/**
 * Reads `:8081`, `127.0.0.1:8081`, `[::1]:8081` or `localhost:8081`. `0` and the empty string mean
 * "do not listen", as in controller-runtime.
 *
 * @throws when it is none of these.
 */
export function parseListenAddress(text: string): ListenAddress | undefined {
  if (text === "" || text === "0") return undefined;
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65535) {
    throw new Error(`"${text}" is not a listen address: write host:port, :port, or 0 for none`);
  }
  const hostname = match[1] ?? match[2];
  return hostname ? { hostname, port } : { port };
}
