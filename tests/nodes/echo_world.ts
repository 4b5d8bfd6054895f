/**
 * A cluster with two nodes and a backend on each, as the least that shows whether nodes work.
 *
 * Run as a program it starts one, prints its footprint, and waits to be killed.
 *
 * @module
 */
import { delay, systemClock } from "../../base/clock.ts";
import { applyObject } from "../../tools/cluster/manifest.ts";
import { podImage } from "../../tools/cluster/node/images.ts";
import { MachineNetwork } from "../../tools/cluster/node/machine_network.ts";
import { type NodeCluster, startNodeCluster } from "../../tools/cluster/node/node_cluster.ts";
import { printLine } from "../../tools/process/print_line.ts";
import { askTcp, eventually } from "../harness/mod.ts";
import { type Footprint, footprintOf, readSysctls } from "./footprint.ts";

/** The node port of the backends. */
const nodePort = 30080;

/** Network, cluster and what they are on this machine, with pods that have answered. */
export class EchoWorld implements AsyncDisposable {
  readonly #stack: AsyncDisposableStack;

  private constructor(readonly footprint: Footprint, stack: AsyncDisposableStack) {
    this.#stack = stack;
  }

  static async start(): Promise<EchoWorld> {
    const sysctls = await readSysctls();
    await using stack = new AsyncDisposableStack();
    const network = stack.use(await MachineNetwork.create());
    const cluster = stack.use(
      await startNodeCluster({
        network,
        name: "echo",
        nodes: [network.address(11), network.address(12)],
        podPrefix: "10.244",
        serviceRange: "10.96.0.0/16",
      }),
    );
    await deploy(cluster);
    const seen = new Set<string>();
    await eventually(async () => {
      seen.add((await askTcp(network.address(11), nodePort)).split(" ")[0]!);
      return seen.size === 2;
    }, { deadline: 60_000, describe: () => `answers of two pods: ${[...seen]}` });
    const footprint = await footprintOf(network, cluster, sysctls);
    return new EchoWorld(footprint, stack.move());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

async function deploy({ plane: { admin } }: NodeCluster): Promise<void> {
  const labels = { app: "echo" };
  const metadata = { name: "echo", labels };
  const containers = [{ name: "echo", image: podImage, args: ["serve", "3000"] }];
  const spread = { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: labels } };
  const affinity = {
    podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [spread] },
  };
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers, affinity } },
    },
  };
  const ports = [{ port: 80, targetPort: 3000, nodePort }];
  const spec = { type: "NodePort", selector: labels, ports };
  await applyObject(admin, deployment);
  await applyObject(admin, { apiVersion: "v1", kind: "Service", metadata, spec } as never);
}

if (import.meta.main) {
  await using world = await EchoWorld.start();
  printLine(JSON.stringify(world.footprint));
  await delay(systemClock, 10 * 60_000);
}
