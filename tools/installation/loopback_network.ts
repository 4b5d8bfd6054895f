/**
 * Addresses for load balancers and nodes that need no root and disturb nobody: on Linux all of
 * 127.0.0.0/8 belongs to the loopback interface.
 *
 * @module
 */
import { type Random, systemRandom } from "../../base/random.ts";

/** A part of the loopback range: its lower half for load balancers, its upper half for nodes. */
export interface LoopbackNetwork {
  /** What the manager may assign, e.g. `127.93.7.0/25`. */
  readonly addressPool: string;
  /** What tenants may name as endpoints, e.g. `127.93.7.128/25`. */
  readonly nodeRange: string;
  /** The address of a node, counted from 1. */
  nodeAddress(number: number): string;
}

/**
 * Chooses one at random, so that several installations can run beside each other.
 *
 * @param size addresses for load balancers, and as many for nodes: a power of 2 up to 32,768.
 */
export function loopbackNetwork(random: Random = systemRandom, size = 128): LoopbackNetwork {
  // 127.0.0.x and 127.1.1.1 are in use on common distributions; 64 and above never are.
  const second = 64 + Math.floor(random() * 190);
  const start = Math.floor(random() * (0x8000 / size)) * 2 * size;
  const address = (offset: number) => {
    const low = start + offset;
    return `127.${second}.${low >> 8}.${low & 0xff}`;
  };
  const prefix = 32 - Math.log2(size);
  return {
    addressPool: `${address(0)}/${prefix}`,
    nodeRange: `${address(size)}/${prefix}`,
    nodeAddress: (number) => address(size + number),
  };
}
