/**
 * The "pods" of the demo: servers at every node's address and each Service's node ports, which say
 * the name of their node.
 *
 * @module
 */
import { HttpBackend } from "../backends/http_backend.ts";
import { TcpBackend } from "../backends/tcp_backend.ts";
import { UdpBackend } from "../backends/udp_backend.ts";
import type { ServicePort } from "../installation/tenant_cluster.ts";

/** Starts and owns the backends of all nodes. */
export class NodeBackends implements AsyncDisposable {
  /** @param onTcp what is spoken at TCP ports. */
  constructor(private readonly onTcp: "TCP" | "HTTP" = "TCP") {}

  /** By protocol, address and port. */
  readonly #backends = new Map<string, AsyncDisposable>();

  /**
   * Listens at `address` for each port, as the node called `node`. A backend that is there already
   * belongs to a Service that is gone: Kubernetes gives a node port to one Service at a time, and may
   * give it to another later.
   */
  async start(node: string, address: string, ports: readonly ServicePort[]): Promise<void> {
    for (const { protocol, nodePort } of ports) {
      if (nodePort === undefined) throw new Error("the Service has no node port");
      const key = `${protocol} ${address}:${nodePort}`;
      await this.#backends.get(key)?.[Symbol.asyncDispose]();
      const options = { identity: node, address, port: nodePort };
      const backend = protocol === "TCP"
        ? this.onTcp === "HTTP" ? new HttpBackend(options) : new TcpBackend(options)
        : await UdpBackend.start(options);
      this.#backends.set(key, backend);
    }
  }

  /** As {@linkcode start}, but leaves alone what listens already. */
  async startMissing(node: string, address: string, ports: readonly ServicePort[]): Promise<void> {
    const missing = ports.filter(({ protocol, nodePort }) =>
      nodePort !== undefined && !this.#backends.has(`${protocol} ${address}:${nodePort}`)
    );
    await this.start(node, address, missing);
  }

  /** Closes all of them. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const backend of this.#backends.values()) await backend[Symbol.asyncDispose]();
    this.#backends.clear();
  }
}
