/**
 * Applies the house rules for whole files to the repository.
 *
 * @module
 */
import { join } from "node:path";
import { fileViolations } from "./file_rules.ts";
import { root } from "./source_path.ts";
import { findFiles } from "../test_command/test_files.ts";

/** Files made by tools; whoever wants them otherwise changes the tool. */
const generated = ["envoy/proto/generated/", "manifests/crds/", "deno.lock"];

const suffixes = [".ts", ".md", ".json", ".yaml", ".yml", ".sh", ".go"];

/** Every violation in the repository, as `path: message`. */
export async function checkFiles(): Promise<string[]> {
  const paths: string[] = [];
  for (const suffix of suffixes) paths.push(...await findFiles(root, suffix));
  const ours = paths.filter((path) => !generated.some((prefix) => path.startsWith(prefix)));
  const files = await Promise.all(ours.map(async (path) => {
    return { path, text: await Deno.readTextFile(join(root, path)) };
  }));
  return fileViolations(files);
}
