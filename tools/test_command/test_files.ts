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

/**
 * Tests that need nodes: root, and packages of the operating system. They run when they are asked
 * for, since not every machine that tests the rest has these.
 */
export function needsNodes(file: string): boolean {
  return file.startsWith("tests/nodes/");
}

/** Whether a path of the selection names tests that need nodes. */
export function asksForNodes({ paths }: { readonly paths: readonly string[] }): boolean {
  return paths.some((path) => needsNodes(`${path}/`));
}
