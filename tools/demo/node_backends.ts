/**
 * The "pods" of the demo: servers at every node's address and each Service's node ports, which say
 * the name of their node.
 *
 * @module
 */
import { TcpBackend } from "../backends/tcp_backend.ts";
import { UdpBackend } from "../backends/udp_backend.ts";
import type { ServicePort } from "../installation/tenant_cluster.ts";

/** Starts and owns the backends of all nodes. */
export class NodeBackends implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();

  /** Listens at `address` for each port, as the node called `node`. */
  async start(node: string, address: string, ports: readonly ServicePort[]): Promise<void> {
    for (const { protocol, nodePort } of ports) {
      if (nodePort === undefined) throw new Error("the Service has no node port");
      const options = { identity: node, address, port: nodePort };
      if (protocol === "TCP") this.#stack.use(new TcpBackend(options));
      else this.#stack.use(await UdpBackend.start(options));
    }
  }

  /** Closes all of them. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}
