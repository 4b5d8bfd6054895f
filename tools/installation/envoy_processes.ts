/**
 * Which Envoys run for a manager, seen from outside.
 *
 * @module
 */

/** Process ids of the Envoys whose command line names a folder. Linux only. */
export async function envoysOf(folder: string): Promise<number[]> {
  const found: number[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    // A process may end between the listing and the look.
    const commandLine = await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => "");
    const [program = ""] = commandLine.split("\0");
    if (program.includes("envoy") && commandLine.includes(folder)) found.push(Number(name));
  }
  return found;
}
