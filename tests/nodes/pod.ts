/**
 * Pods, as far as these tests read them, and the processes in them.
 *
 * @module
 */
import { systemClock } from "../../base/clock.ts";
import { cgroupProcesses } from "./cgroup_processes.ts";

/** What is read of a pod. */
export interface Pod {
  metadata: { name: string; uid: string; deletionTimestamp?: string };
  spec: { nodeName: string };
  status: {
    phase: string;
    podIP?: string;
    conditions?: { type: string; status: string }[];
    containerStatuses?: {
      containerID?: string;
      restartCount: number;
      state: Record<string, unknown>;
    }[];
  };
}

/** Whether a pod takes traffic. */
export function isReady({ status }: Pod): boolean {
  return status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ??
    false;
}

/** Ends everything in the first container of a pod as a crash would; returns when, since 1970. */
export async function crash(pod: Pod): Promise<number> {
  const processes = await containerProcesses(pod);
  const at = systemClock.now();
  for (const pid of processes) Deno.kill(pid, "SIGKILL");
  return at;
}

/** The processes in the first container of a pod. @throws Error when it has none. */
export async function containerProcesses({ metadata, status }: Pod): Promise<number[]> {
  const [, id] = status.containerStatuses?.[0]?.containerID?.split("//") ?? [];
  const processes = id === undefined ? [] : await cgroupProcesses(id);
  if (processes.length === 0) throw new Error(`nothing runs in ${metadata.name}`);
  return processes;
}
