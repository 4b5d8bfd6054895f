/**
 * What a process has used, read from `/proc` (Linux).
 *
 * @module
 */

/** Clock ticks a second; fixed at 100 for user space on every Linux architecture Deno runs on. */
const ticksPerSecond = 100;

/** Milliseconds of CPU, in user and system mode, since the process began. Resolution 10 ms. */
export async function cpuMilliseconds(pid: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  // The command in parentheses may hold spaces; fields are counted from behind it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 1000 / ticksPerSecond;
}

/** Resident memory in MB (10^6 bytes). */
export async function residentMegabytes(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  const kilobytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
  if (!Number.isFinite(kilobytes)) throw new Error(`no VmRSS of process ${pid}`);
  return kilobytes * 1024 / 1e6;
}
