/**
 * Whoever plays with the demo creates Services of their own, and there is no kubelet: somebody has to
 * run their "pods".
 *
 * @module
 */
import { type Clock, delay } from "../../base/clock.ts";
import { describeError } from "../../base/errors.ts";
import type { TenantCluster } from "../installation/tenant_cluster.ts";
import type { NodeBackends } from "./node_backends.ts";

/** What a {@linkcode ServiceFollower} works with. */
export interface ServiceFollowerOptions {
  readonly tenant: Pick<TenantCluster, "nodes" | "loadBalancers">;
  readonly backends: Pick<NodeBackends, "startMissing">;
  readonly clock: Clock;
  /** Is told what does not work, once until it is something else. */
  readonly say: (line: string) => void;
}

/** Milliseconds between two looks. */
const interval = 500;

/** Starts backends for new Services and new nodes until it is disposed of. */
export class ServiceFollower implements AsyncDisposable {
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  #told = "";

  constructor(private readonly options: ServiceFollowerOptions) {
    this.#done = this.#run(this.#stop.signal);
  }

  /** Looks no longer; the backends stay. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#look().catch((error) => this.#tell(describeError(error)));
      await delay(this.options.clock, interval, signal).catch(() => {}); // only the signal ends it
    }
  }

  async #look(): Promise<void> {
    const { tenant, backends } = this.options;
    const [nodes, services] = await Promise.all([tenant.nodes(), tenant.loadBalancers()]);
    // A Service may have ports of protocols that nobody here speaks.
    const ports = services.flatMap(({ spec }) => spec.ports)
      .filter(({ protocol }) => protocol === "TCP" || protocol === "UDP");
    for (const { name, address } of nodes) await backends.startMissing(name, address, ports);
  }

  #tell(problem: string): void {
    if (problem === this.#told || this.#stop.signal.aborted) return;
    this.#told = problem;
    this.options.say(`no backends for new Services: ${problem}`);
  }
}
