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

/**
 * Milliseconds of CPU of the threads that a process has now, since each began. Finer than
 * {@linkcode cpuMilliseconds}, whose resolution is many small changes of a fast server.
 */
export async function threadMilliseconds(pid: number): Promise<number> {
  let nanoseconds = 0;
  for await (const { name } of Deno.readDir(`/proc/${pid}/task`)) {
    const schedstat = await Deno.readTextFile(`/proc/${pid}/task/${name}/schedstat`);
    nanoseconds += Number(schedstat.split(" ")[0]);
  }
  return nanoseconds / 1e6;
}

/** Resident memory in MB (10^6 bytes). */
export async function residentMegabytes(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  const kilobytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
  if (!Number.isFinite(kilobytes)) throw new Error(`no VmRSS of process ${pid}`);
  return kilobytes * 1024 / 1e6;
}
