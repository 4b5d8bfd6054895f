/**
 * Telling processes apart, although the kernel gives their numbers out again.
 *
 * @module
 */

/** A process that cannot be mistaken for a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks between the start of the machine and that of the process (`/proc/<pid>/stat`, 22). */
  readonly startTime: number;
  /** The start of the machine that `startTime` counts from. */
  readonly bootId: string;
}

/** The identity of a process that is alive; undefined when there is none, or only its remains. */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = readProc(`${pid}/stat`);
  const startTime = stat === undefined ? undefined : startOfLiving(stat);
  return startTime === undefined ? undefined : { pid, startTime, bootId: bootId() };
}

/**
 * Start time of the process that a `/proc/<pid>/stat` is about; undefined when it is a zombie, which
 * serves nobody: its parent has not asked how it ended. One that is being killed looks like a zombie
 * as soon as its first thread has ended, but holds all its sockets until the last one has.
 */
export function startOfLiving(stat: string): number | undefined {
  // The name, in parentheses, may contain anything, spaces and parentheses too.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const threads = Number(fields[16]);
  if ((state === "Z" || state === "X") && threads <= 1) return undefined;
  return Number(fields[18]);
}

/** Whether `process` still lives. */
export function isAlive(process: ProcessIdentity): boolean {
  const now = identify(process.pid);
  return now !== undefined && now.startTime === process.startTime && now.bootId === process.bootId;
}

/** The arguments that a process was started with; undefined when it is gone. */
export function commandLine(pid: number): readonly string[] | undefined {
  const text = readProc(`${pid}/cmdline`);
  return text === undefined || text === "" ? undefined : text.split("\0").slice(0, -1);
}

/** The first process whose arguments satisfy `matches`. Reads all of `/proc`: for start-up only. */
export function findProcess(
  matches: (args: readonly string[]) => boolean,
): ProcessIdentity | undefined {
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const args = commandLine(Number(name));
    if (args !== undefined && matches(args)) return identify(Number(name));
  }
  return undefined;
}

/** The resource limits of a process, as the kernel prints them; undefined when it is gone. */
export function limitsOf(pid: number): string | undefined {
  return readProc(`${pid}/limits`);
}

/** How many files a process has open; undefined when it is gone. */
export function openFiles(pid: number): number | undefined {
  return whileThere(() => [...Deno.readDirSync(`/proc/${pid}/fd`)].length);
}

let cachedBootId: string | undefined;

function bootId(): string {
  return cachedBootId ??= readProc("sys/kernel/random/boot_id")?.trim() ?? "unknown";
}

function readProc(path: string): string | undefined {
  return whileThere(() => Deno.readTextFileSync(`/proc/${path}`));
}

/** What is read of a process; undefined when it is gone. */
function whileThere<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch (error) {
    // ESRCH: it ended between open and read.
    if (error instanceof Deno.errors.NotFound || isNoSuchProcess(error)) return undefined;
    throw error;
  }
}

function isNoSuchProcess(error: unknown): boolean {
  return error instanceof Error && /No such process|os error 3\b/.test(error.message);
}
