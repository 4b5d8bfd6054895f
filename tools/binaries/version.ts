/**
 * Asks a program for its version.
 *
 * @module
 */
import { delay, systemClock } from "../../base/clock.ts";
import { describeError } from "../../base/errors.ts";
import { capture } from "./capture.ts";
import type { BinarySpec } from "./catalog.ts";

/** The version that the program at `path` reports; undefined when there is none or it cannot run. */
export async function versionOf(spec: BinarySpec, path: string): Promise<string | undefined> {
  if (!await isFile(path)) return undefined;
  for (let attempt = 1;; attempt++) {
    try {
      const { ok, output } = await capture(path, spec.versionArguments);
      return ok ? spec.versionPattern.exec(output)?.[1] : undefined;
    } catch (error) {
      // Not executable, or for another machine: as good as absent, and the caller says so.
      if (!isStillBusy(error) || attempt === busyAttempts) return undefined;
      await delay(systemClock, 20);
    }
  }
}

const busyAttempts = 50;

/**
 * ETXTBSY: a program that was just written cannot be run while any process has it open for writing,
 * and a child that another part of this process is starting has, between its fork and its exec.
 */
function isStillBusy(error: unknown): boolean {
  return describeError(error).includes("os error 26");
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}
