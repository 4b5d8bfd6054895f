/**
 * The endpoint policy of a hub, put together from its sources.
 *
 * @module
 */
import type { ConfigSpec } from "../../../apis/kubelb/v1alpha1/mod.ts";
import { parseCidr } from "../endpoint_guard/cidr.ts";
import type { EndpointPolicy } from "../endpoint_guard/endpoint_guard.ts";
import type { ConfigProblem } from "./config_problem.ts";

/**
 * Reads the Config's part. A range that is none is left out and reported: one typing error must not
 * take the rest of the policy with it.
 */
export function endpointPolicyOf(
  config: ConfigSpec,
  flagCidrs: readonly string[],
  hubCidrs: readonly string[],
): { policy: EndpointPolicy; problems: ConfigProblem[] } {
  const { allowedCIDRs = [], deniedCIDRs = [] } = config.endpointPolicy ?? {};
  const problems: ConfigProblem[] = [];
  const readable = (field: string, cidrs: readonly string[]): string[] =>
    cidrs.filter((cidr, index) => {
      const message = problemOf(cidr);
      if (message) problems.push({ field: `spec.endpointPolicy.${field}[${index}]`, message });
      return message === undefined;
    });
  const policy = {
    allowedCidrs: [...flagCidrs, ...readable("allowedCIDRs", allowedCIDRs)],
    deniedCidrs: readable("deniedCIDRs", deniedCIDRs),
    hubCidrs,
  };
  return { policy, problems };
}

function problemOf(cidr: string): string | undefined {
  try {
    parseCidr(cidr);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
