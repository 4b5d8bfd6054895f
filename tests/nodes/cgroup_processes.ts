/**
 * Which processes of this machine are in a cgroup: the only thing by which those of a container are
 * known from outside.
 *
 * @module
 */

/** Numbers of the processes in cgroups whose path contains `part`. */
export async function cgroupProcesses(part: string): Promise<number[]> {
  const found: number[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const groups = await Deno.readTextFile(`/proc/${name}/cgroup`).catch(() => "");
    if (groups.includes(part)) found.push(Number(name));
  }
  return found;
}
