/**
 * Order of resource versions.
 *
 * Since Kubernetes 1.35 (KEP-5504) resource versions of one resource are promised to be comparable:
 * decimal integers without leading zeros, newer is larger. That makes read-your-writes possible
 * without asking the server. Nothing else about them is assumed; in particular not that they are
 * dense, and not that they fit into 53 bits, hence they stay strings.
 *
 * @module
 */

/**
 * Negative when `left` is older than `right`, 0 when they are the same, positive when it is newer.
 *
 * @example
 * ```ts
 * import { compareResourceVersions } from "./resource_version.ts";
 * console.assert(compareResourceVersions("999", "1000") < 0);
 * ```
 */
export function compareResourceVersions(left: string, right: string): number {
  if (left.length !== right.length) return left.length - right.length;
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Whether `left` is newer than `right`; an absent version is older than any. */
export function isNewer(left: string | undefined, right: string | undefined): boolean {
  return compareResourceVersions(left ?? "", right ?? "") > 0;
}
