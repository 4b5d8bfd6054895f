/**
 * Keeps the logs of an Envoy from filling the disk.
 *
 * @module
 */
import { join } from "node:path";
import { files } from "./envoy_command.ts";

/**
 * Begins each log in `folder` anew that is longer than `limit` bytes; one predecessor is kept, as
 * `<name>.1`. At most twice the limit per log stays on the disk.
 *
 * @param reopen tells Envoy to open its logs again.
 * @returns how many were begun anew.
 */
export async function rotateLogs(
  folder: string,
  limit: number,
  reopen: () => Promise<void>,
): Promise<number> {
  let renamed = 0;
  for (const name of [files.log, files.accessLog]) {
    const path = join(folder, name);
    if (await size(path) <= limit) continue;
    await Deno.rename(path, `${path}.1`);
    renamed++;
  }
  if (renamed > 0) await reopen();
  // Standard output cannot be opened again; it is opened for appending, so that it can be emptied.
  const output = join(folder, files.output);
  if (await size(output) <= limit) return renamed;
  await Deno.truncate(output);
  return renamed + 1;
}

async function size(path: string): Promise<number> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}
