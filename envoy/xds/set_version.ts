/**
 * One version for a set of resources, kept up to date at constant cost.
 *
 * @module
 */
import { createHash } from "node:crypto";

/**
 * The version of a set of (name, version) pairs: equal sets have equal versions, in whatever order
 * they were built. It is the sum of the members' hashes, so that adding or removing one member does
 * not touch the others.
 */
export class SetVersion {
  readonly #lanes = new Uint32Array(4);

  /** Adds a pair that is not in the set. */
  add(name: string, version: string): void {
    const hash = hashOf(name, version);
    for (const [lane, value] of hash.entries()) this.#lanes[lane]! += value;
  }

  /** Takes out a pair that is in the set. */
  remove(name: string, version: string): void {
    const hash = hashOf(name, version);
    for (const [lane, value] of hash.entries()) this.#lanes[lane]! -= value;
  }

  /** 128 bits in hexadecimal. */
  toString(): string {
    return [...this.#lanes].map((lane) => lane.toString(16).padStart(8, "0")).join("");
  }
}

function hashOf(name: string, version: string): Uint32Array {
  const digest = createHash("sha256").update(`${name}\0${version}`).digest();
  return Uint32Array.from({ length: 4 }, (_, lane) => digest.readUInt32LE(4 * lane));
}
