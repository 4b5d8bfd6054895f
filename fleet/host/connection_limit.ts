/**
 * How many connections an Envoy of this host can hold.
 *
 * @module
 */

/** File descriptors that are not connections: listeners, files, health checks, xDS. */
const reserve = 1_000;

/**
 * A connection through Envoy takes two file descriptors, so that half of what the process may open
 * is the limit. Children inherit the limit of this process.
 *
 * @param limits content of `/proc/self/limits`.
 */
export function connectionLimit(
  limits: string = Deno.readTextFileSync("/proc/self/limits"),
): number {
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  // "unlimited": the kernel's own limit of open files is far above this.
  if (soft === undefined) return 1_000_000;
  return Math.max(100, Math.floor((Number(soft) - reserve) / 2));
}
