/**
 * A real cluster: a control plane with a scheduler, and nodes that run pods.
 *
 * @module
 */
import { findBinary } from "../../binaries/find.ts";
import { Sandbox } from "../../process/sandbox.ts";
import { defaultControllers } from "../component_arguments.ts";
import { type ControlPlane, startControlPlane } from "../control_plane.ts";
import type { ImageContent } from "./image.ts";
import { makeImages } from "./images.ts";
import type { MachineNetwork } from "./machine_network.ts";
import { type Node, startNode } from "./node.ts";

/** What a cluster is started with. */
export interface NodeClusterOptions {
  readonly network: MachineNetwork;
  readonly name: string;
  /** Addresses of its nodes, which are called `<name>-1`, `<name>-2`, … */
  readonly nodes: readonly string[];
  /** First three numbers' worth of pods: `10.244` gives node 1 `10.244.1.0/24`. */
  readonly podPrefix: string;
  readonly serviceRange: string;
  /** What its pods can run besides the images that every cluster has. */
  readonly images?: readonly ImageContent[];
}

const controllers = [
  ...defaultControllers,
  "deployment-controller",
  "replicaset-controller",
  "daemonset-controller",
  // Takes the not-ready taint off; without it no pod is ever scheduled.
  "node-lifecycle-controller",
];

/** A running cluster. Pods reach each other on all nodes; others reach its node ports only. */
export class NodeCluster implements AsyncDisposable {
  readonly #stack: AsyncDisposableStack;

  constructor(
    readonly plane: ControlPlane,
    readonly nodes: readonly Node[],
    stack: AsyncDisposableStack,
  ) {
    this.#stack = stack;
  }

  /** The node of that name. */
  node(name: string): Node {
    const found = this.nodes.find((node) => node.name === name);
    if (found === undefined) throw new Error(`there is no node ${name}`);
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

/** Starts control plane, scheduler and nodes; about 10 s. */
export async function startNodeCluster(options: NodeClusterOptions): Promise<NodeCluster> {
  const { network, name, podPrefix, serviceRange } = options;
  await using stack = new AsyncDisposableStack();
  const sandbox = stack.use(await Sandbox.create(`${name}-cluster`));
  const plane = stack.use(
    await startControlPlane({
      name,
      serviceRange,
      // Nodes have to reach it.
      address: network.ownAddress,
      controllerManager: controllers,
      apiServerFlags: ["--endpoint-reconciler-type=lease"],
    }),
  );
  await startScheduler(sandbox, plane);
  const images = await makeImages(sandbox, options.images);
  const nodes = await Promise.all(options.nodes.map(async (address, index) => {
    const number = index + 1;
    return stack.use(
      await startNode({
        plane,
        network,
        address,
        name: `${name}-${number}`,
        podRange: `${podPrefix}.${number}.0/24`,
        clusterRange: `${podPrefix}.0.0/16`,
        images,
      }),
    );
  }));
  for (const node of nodes) {
    for (const other of nodes) {
      if (node === other) continue;
      await network.route(node.machine, other.options.podRange, other.address);
    }
  }
  return new NodeCluster(plane, nodes, stack.move());
}

async function startScheduler(sandbox: Sandbox, plane: ControlPlane): Promise<void> {
  const kubeconfig = await plane.kubeconfig({ user: "system:kube-scheduler" });
  await sandbox.start({
    name: "kube-scheduler",
    command: await findBinary("kube-scheduler"),
    args: [`--kubeconfig=${kubeconfig}`, "--leader-elect=false", "--secure-port=0"],
  });
}
