/**
 * Which files hold tests, and of which kind.
 *
 * @module
 */
import { join, relative } from "node:path";

const notOurs = new Set(["node_modules", "dist", "coverage"]);

/** Paths, relative to `root`, of all files in it whose name ends in `suffix`; sorted. */
export async function findFiles(root: string, suffix: string): Promise<string[]> {
  const found: string[] = [];
  const pending = [root];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (name.startsWith(".") || notOurs.has(name)) continue;
      if (isDirectory) pending.push(join(folder, name));
      else if (name.endsWith(suffix)) found.push(relative(root, join(folder, name)));
    }
  }
  return found.toSorted();
}

/** Tests that need real servers; everything else runs in milliseconds. */
export function isIntegrationTest(file: string): boolean {
  return file.startsWith("tests/");
}
