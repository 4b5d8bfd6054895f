/**
 * Addresses for load balancers and nodes that need no root and disturb nobody: on Linux all of
 * 127.0.0.0/8 belongs to the loopback interface.
 *
 * @module
 */
import { type Random, systemRandom } from "../../base/random.ts";

/** A /24 of the loopback range: its lower half for load balancers, its upper half for nodes. */
export interface LoopbackNetwork {
  /** What the manager may assign, e.g. `127.93.7.0/25`. */
  readonly addressPool: string;
  /** What tenants may name as endpoints, e.g. `127.93.7.128/25`. */
  readonly nodeRange: string;
  /** The address of a node, counted from 1. */
  nodeAddress(number: number): string;
}

/** Chooses one at random, so that several installations can run beside each other. */
export function loopbackNetwork(random: Random = systemRandom): LoopbackNetwork {
  // 127.0.0.x and 127.1.1.1 are in use on common distributions; 64 and above never are.
  const second = 64 + Math.floor(random() * 190);
  const third = Math.floor(random() * 256);
  const prefix = `127.${second}.${third}`;
  return {
    addressPool: `${prefix}.0/25`,
    nodeRange: `${prefix}.128/25`,
    nodeAddress: (number) => `${prefix}.${128 + number}`,
  };
}
