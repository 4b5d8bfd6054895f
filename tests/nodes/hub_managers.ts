/**
 * What the hub of the tests with nodes is given, and its managers.
 *
 * @module
 */
import { installCrds } from "../../tools/cluster/custom_resources.ts";
import { applyManifest, applyObject } from "../../tools/cluster/manifest.ts";
import type { MachineNetwork } from "../../tools/cluster/node/machine_network.ts";
import type { NodeCluster } from "../../tools/cluster/node/node_cluster.ts";
import { serviceAccountKubeconfig } from "../../tools/installation/service_account.ts";
import { freePort } from "../../tools/process/free_port.ts";
import { type Program, startProgram } from "../../tools/process/program.ts";

const roles = ["manager.yaml", "kubernetes_runtime.yaml"].map((file) =>
  new URL(`../../manifests/rbac/${file}`, import.meta.url)
);

/** What the managers find. */
export async function prepareHub({ plane }: NodeCluster): Promise<void> {
  await installCrds(plane);
  for (const file of roles) await applyManifest(plane.admin, file);
  await applyObject(plane.admin, {
    apiVersion: "kubelb.k8c.io/v1alpha1",
    kind: "Config",
    metadata: { name: "default", namespace: "kubelb" },
    spec: {
      envoyProxy: {
        replicas: 2,
        singlePodPerNode: true,
        gracefulShutdown: { drainTimeout: "3s" },
      },
    },
  } as never);
}

/** Two managers beside the hub, of which each pod is told. */
export async function startManagers(
  network: MachineNetwork,
  { plane }: NodeCluster,
  stack: AsyncDisposableStack,
): Promise<Program[]> {
  const kubeconfig = await serviceAccountKubeconfig(plane, "kubelb", "kubelb");
  const addresses = [1, 2].map(() => `${network.ownAddress}:${freePort(network.ownAddress)}`);
  const managers: Program[] = [];
  for (const [index, address] of addresses.entries()) {
    const manager = stack.use(
      await startProgram({
        name: `manager-${index + 1}`,
        mode: "manager",
        args: [
          `--kubeconfig=${kubeconfig}`,
          "--runtime=kubernetes",
          `--listen-address=${address}`,
          `--xds-address=${addresses.join()}`,
          `--tenant-api-server-url=${plane.server}`,
          "--log-format=text",
        ],
      }),
    );
    await manager.waitReady();
    managers.push(manager);
  }
  return managers;
}
