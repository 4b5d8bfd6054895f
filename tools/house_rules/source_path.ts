/**
 * Where a file stands in the repository, as far as the house rules care.
 *
 * @module
 */
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Root of the repository. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

/** Path relative to the root, of an absolute path. */
export function repositoryPath(filename: string): string {
  return relative(root, filename);
}

/** Path relative to the root of what `specifier` means in `file`; undefined if not relative. */
export function importedPath(file: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  return relative(root, resolve(root, dirname(file), specifier));
}

/** First folder of a path; the file's own name at the root. */
export function topFolder(file: string): string {
  return file.split("/")[0] ?? file;
}

/** Whether a file contains tests. */
export function isTest(file: string): boolean {
  return file.endsWith("_test.ts");
}

/** Whether a file only supports the project: it is not part of the program. */
export function isSupport(file: string): boolean {
  return ["tests", "bench", "tools"].includes(topFolder(file));
}
