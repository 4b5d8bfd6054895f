/**
 * What a manager has to know about an Envoy that an earlier manager started.
 *
 * @module
 */
import { join } from "node:path";
import { files } from "./envoy_command.ts";
import type { ProcessIdentity } from "./process_identity.ts";

/** The file `process.json` of a fleet. It is written before its Envoy is started, and after. */
export interface FleetRecord {
  readonly statsPort: number;
  readonly readyPort: number;
  /** See claim.ts; remembered for a start while the hub cannot say who it is. */
  readonly claim?: string;
  /** Absent until the process is known to have been started. */
  readonly process?: ProcessIdentity;
  /** The process has been told to take no new connections, and will be ended. */
  readonly ending?: boolean;
}

/** The record in `folder`; undefined when there is none, or none that makes sense. */
export async function readFleetRecord(folder: string): Promise<FleetRecord | undefined> {
  let text;
  try {
    text = await Deno.readTextFile(join(folder, files.record));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  return parseFleetRecord(text);
}

/** The file's content. */
export function formatFleetRecord(record: FleetRecord): string {
  return JSON.stringify(record, undefined, 2) + "\n";
}

/** Reads what {@linkcode formatFleetRecord} makes; undefined for anything else. */
export function parseFleetRecord(text: string): FleetRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!hasNumbers(value, "statsPort", "readyPort")) return undefined;
  const { statsPort, readyPort } = value;
  const process = "process" in value ? parseIdentity(value.process) : undefined;
  const ending = "ending" in value && value.ending === true;
  const claim = "claim" in value && typeof value.claim === "string" ? value.claim : undefined;
  return {
    statsPort,
    readyPort,
    ...(claim !== undefined && { claim }),
    ...(process && { process }),
    ...(ending && { ending }),
  };
}

function parseIdentity(value: unknown): ProcessIdentity | undefined {
  if (!hasNumbers(value, "pid", "startTime")) return undefined;
  if (!("bootId" in value) || typeof value.bootId !== "string") return undefined;
  return { pid: value.pid, startTime: value.startTime, bootId: value.bootId };
}

function hasNumbers<K extends string>(value: unknown, ...keys: K[]): value is Record<K, number> {
  if (typeof value !== "object" || value === null) return false;
  const fields = value as Record<string, unknown>;
  return keys.every((key) => typeof fields[key] === "number");
}
