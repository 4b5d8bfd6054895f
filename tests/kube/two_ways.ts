/**
 * One API server by two ways.
 *
 * @module
 */
import type { KubeClient, KubeClientOptions } from "../../kube/client.ts";
import { type ControlPlane, FaultProxy } from "../harness/mod.ts";
import { clientOf } from "./test_client.ts";

/** The way through a proxy that injects faults, and the way past it. */
export class TwoWays implements AsyncDisposable {
  private constructor(
    readonly proxy: FaultProxy,
    /** Meets the faults. */
    readonly client: KubeClient,
    /** Meets none: what it sees is so. */
    readonly direct: KubeClient,
    private readonly resources: AsyncDisposableStack,
  ) {}

  /** @param options of the client that meets the faults. */
  static async open(
    plane: ControlPlane,
    options: Partial<KubeClientOptions> = {},
  ): Promise<TwoWays> {
    await using resources = new AsyncDisposableStack();
    const proxy = resources.use(await FaultProxy.start(plane));
    const client = resources.use(await clientOf(await proxy.kubeconfig(), options));
    const direct = resources.use(await clientOf(plane.adminKubeconfig));
    return new TwoWays(proxy, client, direct, resources.move());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.resources.disposeAsync();
  }
}
