/**
 * A real node: containerd, kubelet and kube-proxy on a machine of its own.
 *
 * @module
 */
import { findBinary } from "../../binaries/find.ts";
import { eventually } from "../../process/eventually.ts";
import type { ControlPlane } from "../control_plane.ts";
import type { Machine } from "./machine.ts";
import { type MachineNetwork, run } from "./machine_network.ts";
import {
  cniSettings,
  containerdSettings,
  kubeletSettings,
  type NodeLayout,
  prepareMachine,
  proxySettings,
  runtimeSocket,
} from "./node_settings.ts";
import { findProgram } from "./packages.ts";

/** What a node is started with. */
export interface NodeOptions {
  readonly plane: ControlPlane;
  readonly network: MachineNetwork;
  readonly name: string;
  readonly address: string;
  readonly podRange: string;
  /** Range of the whole cluster's pods. */
  readonly clusterRange: string;
  /** Archives of images. */
  readonly images: readonly string[];
}

interface NodeObject {
  status?: { conditions?: { type: string; status: string }[] };
}

/** A running node; disposing of it ends its pods too. */
export class Node implements AsyncDisposable {
  constructor(readonly options: NodeOptions, readonly machine: Machine) {}

  get name(): string {
    return this.options.name;
  }

  get address(): string {
    return this.options.address;
  }

  /** The output of a pod's container, of its present and former runs. */
  async podLog(namespace: string, pod: string, container: string): Promise<string> {
    const logs = this.machine.sandbox.path("pod-logs");
    let text = "";
    for await (const { name } of Deno.readDir(logs)) {
      if (!name.startsWith(`${namespace}_${pod}_`)) continue;
      for await (const file of Deno.readDir(`${logs}/${name}/${container}`)) {
        text += await Deno.readTextFile(`${logs}/${name}/${container}/${file.name}`);
      }
    }
    return text;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.machine[Symbol.asyncDispose]();
  }
}

/** Starts a node and waits until its cluster says that it is ready. */
export async function startNode(options: NodeOptions): Promise<Node> {
  const { network, name, address } = options;
  const machine = await network.machine(name, address, "full", prepareMachine);
  const node = new Node(options, machine);
  try {
    const layout = await chooseLayout(options, machine.sandbox.folder);
    await writeSettings(machine, layout);
    await startContainerd(machine, layout, options.images);
    await startAgents(machine, layout);
    await waitReady(options);
    return node;
  } catch (error) {
    const logs = ["containerd", "kubelet", "kube-proxy"].map(async (process) =>
      `${process}: ${await tail(machine.sandbox.path(`${process}.log`))}`
    );
    const said = (await Promise.all(logs)).join("\n");
    await node[Symbol.asyncDispose]();
    throw new Error(`node ${name} did not start\n${said}`, { cause: error });
  }
}

async function chooseLayout(
  { plane, name, address, podRange, clusterRange }: NodeOptions,
  folder: string,
): Promise<NodeLayout> {
  return {
    name,
    address,
    podRange,
    clusterRange,
    folder,
    runc: findProgram("runc") ?? "runc",
    kubeletKubeconfig: await plane.kubeconfig({
      user: `system:node:${name}`,
      groups: ["system:nodes"],
    }),
    proxyKubeconfig: await plane.kubeconfig({ user: "system:kube-proxy" }),
    caCertificate: `${folder}/ca.crt`,
  };
}

async function writeSettings({ sandbox }: Machine, layout: NodeLayout): Promise<void> {
  const ca = JSON.parse(await Deno.readTextFile(layout.kubeletKubeconfig));
  await sandbox.write("ca.crt", atob(ca.clusters[0].cluster["certificate-authority-data"]));
  await sandbox.write("containerd.toml", containerdSettings(layout));
  await sandbox.write("cni/10-pods.conflist", JSON.stringify(cniSettings(layout)));
  await sandbox.write("kubelet.yaml", JSON.stringify(kubeletSettings(layout)));
  await sandbox.write("kube-proxy.yaml", JSON.stringify(proxySettings(layout)));
}

async function startContainerd(
  machine: Machine,
  layout: NodeLayout,
  images: readonly string[],
): Promise<void> {
  const { folder } = layout;
  await machine.start({
    name: "containerd",
    command: findProgram("containerd") ?? "containerd",
    args: ["--config", `${folder}/containerd.toml`],
  });
  const ctr = (...args: string[]) =>
    run(machine, "ctr", ["--address", runtimeSocket(layout), "--namespace=k8s.io", ...args]);
  await eventually(() => ctr("version").then(() => true), {
    deadline: 30_000,
    describe: "containerd",
  });
  await Promise.all(images.map((image) => ctr("images", "import", image)));
}

async function startAgents(machine: Machine, layout: NodeLayout): Promise<void> {
  const { folder, name, address, kubeletKubeconfig } = layout;
  await machine.start({
    name: "kubelet",
    command: await findBinary("kubelet"),
    args: [
      `--config=${folder}/kubelet.yaml`,
      `--kubeconfig=${kubeletKubeconfig}`,
      `--root-dir=${folder}/kubelet`,
      `--cert-dir=${folder}/kubelet/pki`,
      `--hostname-override=${name}`,
      `--node-ip=${address}`,
    ],
  });
  await machine.start({
    name: "kube-proxy",
    command: await findBinary("kube-proxy"),
    args: [`--config=${folder}/kube-proxy.yaml`],
  });
}

async function waitReady({ plane, name }: NodeOptions): Promise<void> {
  await eventually(async () => {
    const node = await plane.admin.request<NodeObject>("GET", `/api/v1/nodes/${name}`);
    return node.status?.conditions?.some(({ type, status }) =>
      type === "Ready" && status === "True"
    );
  }, { deadline: 60_000, describe: `node ${name} to be ready` });
}

async function tail(path: string): Promise<string> {
  const text = await Deno.readTextFile(path).catch(() => "(no log)");
  return text.trimEnd().split("\n").slice(-15).join("\n");
}
