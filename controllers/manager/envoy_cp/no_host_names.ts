/**
 * No resolver: host names never get an answer.
 *
 * @module
 */
import type { HostNames } from "./envoy_control_plane.ts";

/** For tests, and until the resolver is wired in. */
export const noHostNames: HostNames = {
  lookup: () => undefined,
  subscribe: () => ({ [Symbol.dispose]() {} }),
  release() {},
};
