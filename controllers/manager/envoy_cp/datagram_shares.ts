/**
 * Into how many shares a fleet divides the clients of UDP.
 *
 * @module
 */

/** With fewer ports the first that are added need no other division. */
const fewest = 4;

/**
 * At least one share for each UDP port: 4, 8, 16, … An Envoy that finds no file descriptor for a
 * client of UDP ends (Envoy 1.40: SIGSEGV), and clients cost nothing to invent, so that every port
 * has a limit, and all limits together are what there is.
 *
 * Powers of two because the limit is part of the cluster, whose change ends its sessions.
 */
export function datagramShares(ports: number): number {
  return Math.max(fewest, 2 ** Math.ceil(Math.log2(Math.max(1, ports))));
}
