/**
 * Finds processes by a variable in their environment, which children inherit.
 *
 * @module
 */

/** A running process. */
export interface FoundProcess {
  readonly pid: number;
  /** Its command line. */
  readonly command: string;
}

/**
 * All processes of this user that were started with `name=value` in their environment. Only on
 * systems with `/proc`; nothing is found elsewhere.
 */
export async function markedProcesses(name: string, value: string): Promise<FoundProcess[]> {
  const found: FoundProcess[] = [];
  for (const pid of await processIds()) {
    const environment = await readEntries(`/proc/${pid}/environ`);
    if (!environment.includes(`${name}=${value}`)) continue;
    found.push({ pid, command: (await readEntries(`/proc/${pid}/cmdline`)).join(" ").trim() });
  }
  return found;
}

async function processIds(): Promise<number[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir("/proc"));
    return entries.map((entry) => Number(entry.name)).filter(Number.isInteger);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Strings ended by zero bytes; none when the process is gone or another user's. */
async function readEntries(path: string): Promise<string[]> {
  try {
    return (await Deno.readTextFile(path)).split("\0");
  } catch {
    return [];
  }
}
