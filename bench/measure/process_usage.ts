/**
 * What a process has used, read from `/proc` (Linux).
 *
 * @module
 */
import { describeError } from "../../base/errors.ts";

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
    nanoseconds += await threadNanoseconds(`/proc/${pid}/task/${name}`);
  }
  return nanoseconds / 1e6;
}

/** 0 of a thread that has ended since its process was asked for it. */
async function threadNanoseconds(folder: string): Promise<number> {
  try {
    const schedstat = await Deno.readTextFile(`${folder}/schedstat`);
    return Number(schedstat.split(" ")[0]);
  } catch (error) {
    // The latter when it was there to be opened, and not to be read; Deno gives it no class or code.
    const gone = error instanceof Deno.errors.NotFound ||
      /No such process/.test(describeError(error));
    if (gone) return 0;
    throw error;
  }
}

/** Resident memory in MB (10^6 bytes). */
export async function residentMegabytes(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  const kilobytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
  if (!Number.isFinite(kilobytes)) throw new Error(`no VmRSS of process ${pid}`);
  return kilobytes * 1024 / 1e6;
}
