/**
 * How much one client, and all of them together, may ask of the server.
 *
 * @module
 */

/** Upper bounds; what exceeds one is refused with status RESOURCE_EXHAUSTED, others go on. */
export interface XdsLimits {
  /** Connections with streams at once; one that asks for nothing is not counted. */
  readonly connections: number;
  /** Streams at once on one connection; an Envoy of ours has one. */
  readonly streamsPerConnection: number;
  /** Requests on one stream: so many at once, … */
  readonly requestBurst: number;
  /** … and then so many a second. An Envoy answers each response, and asks for each new cluster. */
  readonly requestsPerSecond: number;
}

/** Far above what thousands of well-behaved Envoys need. */
export const defaultLimits: XdsLimits = {
  connections: 4_096,
  streamsPerConnection: 64,
  requestBurst: 20_000,
  requestsPerSecond: 1_000,
};

/**
 * Bytes of a request: a client that reconnects with 20,000 resources lists their names and versions
 * in one.
 */
export const longestRequest = 8 << 20;

/** The connections that have streams: a connection is an address and port of a peer. */
export class Connections {
  readonly #streams = new Map<string, number>();

  constructor(private readonly limits: XdsLimits) {}

  get size(): number {
    return this.#streams.size;
  }

  /** Why one more stream of `peer` is too much; undefined when it is not. */
  refusal(peer: string): string | undefined {
    const { connections, streamsPerConnection } = this.limits;
    const streams = this.#streams.get(peer) ?? 0;
    if (streams >= streamsPerConnection) {
      return `a connection may have ${streamsPerConnection} streams at most`;
    }
    if (streams === 0 && this.size >= connections) {
      return `the server takes ${connections} connections at most`;
    }
    return undefined;
  }

  /** A stream begins. */
  opened(peer: string): void {
    this.#streams.set(peer, (this.#streams.get(peer) ?? 0) + 1);
  }

  /** A stream has ended. @returns whether it was the connection's last. */
  closed(peer: string): boolean {
    const left = (this.#streams.get(peer) ?? 1) - 1;
    if (left > 0) this.#streams.set(peer, left);
    else this.#streams.delete(peer);
    return left <= 0;
  }
}
