/**
 * What is said about a load balancer for whose ports its Envoy has no file descriptors.
 *
 * @module
 */
import { conditionReasons as reasons } from "../../../apis/kubelb/conditions.ts";
import type { Verdict } from "./load_balancer_status.ts";

/** @param problem what is wrong; what to do about it is always the same. */
export function tooManyPorts(problem: string): Verdict {
  const message = `${problem}: delete load balancers, let the manager open more files ` +
    `(LimitNOFILE; an Envoy that runs keeps the limit that it was started with) or lower ` +
    `--envoy-concurrency`;
  return { status: "False", reason: reasons.tooManyPorts, message };
}
