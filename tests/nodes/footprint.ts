/**
 * What a cluster with nodes is on this machine, and what is left of it.
 *
 * @module
 */
import { capture } from "../../tools/binaries/capture.ts";
import type { MachineNetwork } from "../../tools/cluster/node/machine_network.ts";
import type { NodeCluster } from "../../tools/cluster/node/node_cluster.ts";
import { cgroupProcesses } from "./cgroup_processes.ts";

/** By what the pieces are known. Plain data, to be handed to another process. */
export interface Footprint {
  readonly interface: string;
  readonly folders: readonly string[];
  readonly cgroups: readonly string[];
  /** Network namespaces, as `net:[4026532265]`. Those of pods are children of these by mounts only. */
  readonly namespaces: readonly string[];
  readonly sysctls: readonly string[];
}

/** Of clusters that run. `sysctls` is what they were before. */
export async function footprintOf(
  network: MachineNetwork,
  cluster: NodeCluster,
  sysctls: readonly string[],
): Promise<Footprint> {
  const machines = cluster.nodes.map(({ machine }) => machine);
  const folders = machines.map(({ sandbox }) => sandbox.folder);
  const cgroups = machines.flatMap(({ cgroup }) => cgroup ?? []);
  const members = await Promise.all(cgroups.map((cgroup) => cgroupProcesses(`${cgroup}/`)));
  const pods = await Promise.all(members.flat().map((pid) => namespaceOf(`${pid}`)));
  const own = await Promise.all(machines.map(({ pid }) => namespaceOf(`${pid}`)));
  return {
    interface: network.interface,
    folders,
    cgroups,
    namespaces: [...new Set([...own, ...pods])],
    sysctls,
  };
}

/** The settings of this machine that a kubelet would change. */
export async function readSysctls(): Promise<string[]> {
  const paths = ["kernel/panic", "kernel/panic_on_oops", "vm/overcommit_memory"];
  return await Promise.all(paths.map(async (path) => {
    const value = await Deno.readTextFile(`/proc/sys/${path}`);
    return `${path}=${value.trim()}`;
  }));
}

/** What is still there, in words; empty when nothing is. */
export async function remainsOf(footprint: Footprint): Promise<string[]> {
  const remains: string[] = [];
  const { output: links } = await capture("ip", ["-oneline", "link"]);
  if (links.includes(`: ${footprint.interface}@`)) remains.push(footprint.interface);
  for (const folder of footprint.folders) {
    if (await Deno.stat(folder).then(() => true, () => false)) remains.push(folder);
    const mounts = (await Deno.readTextFile("/proc/mounts")).split("\n");
    remains.push(...mounts.filter((line) => line.includes(folder)));
  }
  for (const cgroup of footprint.cgroups) {
    const { output } = await capture("find", ["/sys/fs/cgroup", "-path", `*${cgroup}*`]);
    remains.push(...output.split("\n").filter((line) => line !== ""));
  }
  for (const pid of await processes()) {
    if (!footprint.namespaces.includes(await namespaceOf(pid))) continue;
    remains.push(await Deno.readTextFile(`/proc/${pid}/comm`).catch(() => pid));
  }
  const sysctls = await readSysctls();
  remains.push(...sysctls.filter((line) => !footprint.sysctls.includes(line)));
  return remains;
}

async function processes(): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir("/proc"));
  return entries.map(({ name }) => name).filter((name) => /^\d+$/.test(name));
}

async function namespaceOf(pid: string): Promise<string> {
  return await Deno.readLink(`/proc/${pid}/ns/net`).catch(() => "");
}
