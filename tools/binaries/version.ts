/**
 * Asks a program for its version.
 *
 * @module
 */
import { capture } from "./capture.ts";
import type { BinarySpec } from "./catalog.ts";

/** The version that the program at `path` reports; undefined when there is none or it cannot run. */
export async function versionOf(spec: BinarySpec, path: string): Promise<string | undefined> {
  if (!await isFile(path)) return undefined;
  try {
    const { ok, output } = await capture(path, spec.versionArguments);
    return ok ? spec.versionPattern.exec(output)?.[1] : undefined;
  } catch {
    // Not executable, or for another machine: as good as absent, and the caller says so.
    return undefined;
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}
