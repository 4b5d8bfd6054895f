/**
 * Files that are there completely or not at all.
 *
 * @module
 */
import { dirname, join } from "node:path";

/**
 * Replaces `path` by a file that only this user can read. A reader sees the old content or the new,
 * also when this program is killed in between; a watcher of the folder sees one rename.
 */
export async function writeAtomically(path: string, text: string): Promise<void> {
  const temporary = join(dirname(path), `.${crypto.randomUUID()}.tmp`);
  try {
    await Deno.writeTextFile(temporary, text, { mode: 0o600 });
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}
