/**
 * What one manager tells the leading one about its Envoys: one JSON text a message.
 *
 * @module
 */
import type { Progress } from "../envoy_cp/acknowledgements.ts";

/** How far the sender's Envoys are with one object. */
export interface ReplicaMessage {
  /** `namespace/name` of the LoadBalancer. */
  readonly key: string;
  /** `metadata.generation` that the sender has translated. */
  readonly generation: number;
  /** `no-envoy` also when the object is gone. */
  readonly progress: Progress;
}

/** Where managers report to the leading one. */
export const replicaMethod = "/kubelb.manager.v1.Replicas/Report";

/** The bytes of a message. */
export function encodeReplicaMessage(message: ReplicaMessage): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(message));
}

/**
 * Reads a message of another manager, which may be of another version.
 *
 * @throws Error when the bytes are no such message.
 */
export function decodeReplicaMessage(bytes: Uint8Array): ReplicaMessage {
  const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  if (!isRecord(value)) throw new Error("no message");
  const { key, generation, progress } = value;
  if (typeof key !== "string" || !isCount(generation) || !isRecord(progress)) {
    throw new Error("a message without its fields");
  }
  return { key, generation, progress: readProgress(progress) };
}

type Fields = Readonly<Record<string, unknown>>;

function readProgress({ kind, acknowledged, connected, silent, message }: Fields): Progress {
  if (kind === "no-envoy") return { kind };
  if (kind === "waiting" && isCount(acknowledged) && isCount(connected)) {
    return { kind, acknowledged, connected };
  }
  if (kind === "programmed" && isCount(connected) && areTexts(silent)) {
    return { kind, connected, silent };
  }
  if (kind === "rejected" && typeof message === "string") return { kind, message };
  throw new Error("a message with a progress that cannot be read");
}

function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function areTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
