/**
 * A TCP port of this machine that behaves like a node that swallows packets.
 *
 * @module
 */

/** Neither accepts nor refuses: the queue of its listening socket is full, so SYNs are dropped. */
export class BlackHole implements AsyncDisposable {
  readonly #listener: Deno.TcpListener;
  readonly #connections: Deno.TcpConn[] = [];
  readonly #stop = new AbortController();
  readonly #pending: Promise<unknown>[] = [];

  private constructor(readonly address: string, port: number) {
    this.#listener = Deno.listen({ hostname: address, port, tcpBacklog: 1 });
  }

  /**
   * Resolves when the port no longer answers.
   *
   * @param port default: any that is free.
   */
  static async open(address = "127.0.0.1", port = 0): Promise<BlackHole> {
    const hole = new BlackHole(address, port);
    while (await hole.#fill());
    return hole;
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#pending);
    for (const connection of this.#connections) connection.close();
    this.#listener.close();
  }

  /** Connects once; false when that got no answer in time. */
  async #fill(): Promise<boolean> {
    const signal = AbortSignal.any([AbortSignal.timeout(200), this.#stop.signal]);
    const options = { hostname: this.address, port: this.port, signal };
    const attempt = Deno.connect(options).then((connection) => {
      this.#connections.push(connection);
      return true;
    }, () => false);
    this.#pending.push(attempt);
    return await attempt;
  }
}
