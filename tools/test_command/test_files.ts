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

/** What tests need; each kind is a stage. */
export type TestKind =
  /** Nothing: they run in milliseconds. */
  | "unit"
  /** Real servers. */
  | "integration"
  /** Nodes: root, and much that the kernel does not allow everywhere. */
  | "nodes";

/** Which kind of tests a file holds, by where it lies. */
export function testKind(file: string): TestKind {
  if (file.startsWith("tests/nodes/")) return "nodes";
  return file.startsWith("tests/") ? "integration" : "unit";
}
