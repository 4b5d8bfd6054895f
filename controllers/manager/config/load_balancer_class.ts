/**
 * The Config's class of load balancers.
 *
 * @module
 */
import type { ConfigSpec } from "../../../apis/kubelb/v1alpha1/mod.ts";
import { isQualifiedName } from "../../../apis/meta/qualified_name.ts";
import type { ConfigProblem } from "./config_problem.ts";

/**
 * A class that no Service can have. Load balancers keep what they have: a typing error must not cost
 * them their addresses.
 */
export function loadBalancerClassProblems(config: ConfigSpec): ConfigProblem[] {
  const name = config.loadBalancer?.class;
  if (!name || isQualifiedName(name)) return [];
  const message = `"${name}" is no class of load balancers, such as example.com/metallb; ` +
    `those that are there keep theirs, new ones have to wait`;
  return [{ field: "spec.loadBalancer.class", message }];
}
