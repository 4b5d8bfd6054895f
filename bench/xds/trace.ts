/**
 * The changes that every server is given, in the same order.
 *
 * @module
 */

/** One load balancer has another endpoint. */
export interface Change {
  readonly name: string;
  /** In text it is as long as any other of the trace, and no other one contains it. */
  readonly address: string;
}

/** Of the node that all clients are. */
export const node = "bench";

/** Addresses that a trace can have before they come again. */
const distinct = 156 ** 3;

/** Name of the load balancer with this number. */
export function nameOf(index: number): string {
  return `lb-${index}`;
}

/** The address that everything has before the first change. */
export const firstAddress = addressOf(0);

/** The change with this number, among so many load balancers; they take turns, far from in order. */
export function changeAt(number: number, resources: number): Change {
  return { name: nameOf((number * 7919) % resources), address: addressOf(1 + number) };
}

/** Three digits in each octet: found in the bytes of a message without decoding it. */
function addressOf(number: number): string {
  const rest = number % distinct;
  const octets = [Math.floor(rest / 156 ** 2), Math.floor(rest / 156) % 156, rest % 156];
  return `10.${octets.map((octet) => 100 + octet).join(".")}`;
}
