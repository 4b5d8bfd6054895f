/**
 * Logs that outlive their sandbox, so that the test command can show them when a test has failed.
 *
 * @module
 */
import { basename, join } from "node:path";

/** Names the folder that receives the logs of every sandbox; nothing is saved without it. */
export const savedLogsVariable = "KUBELB_SAVED_LOGS";

/** Copies the `*.log` files of a sandbox's folder, if the variable asks for it. */
export async function saveLogs(name: string, folder: string): Promise<void> {
  const target = Deno.env.get(savedLogsVariable);
  if (target === undefined) return;
  const copies = join(target, basename(folder));
  await Deno.mkdir(copies, { recursive: true });
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isFile && entry.name.endsWith(".log")) {
      await Deno.copyFile(join(folder, entry.name), join(copies, `${name}-${entry.name}`));
    }
  }
}
