/**
 * Whether Kubernetes takes a word as the `loadBalancerClass` of a Service.
 *
 * @module
 */
import type { ConfigSpec } from "../../../apis/kubelb/v1alpha1/mod.ts";
import type { ConfigProblem } from "./config_problem.ts";

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const label = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** A name of at most 63 characters, perhaps below a domain: `metallb`, `example.com/metallb`. */
export function isLoadBalancerClass(text: string): boolean {
  const at = text.lastIndexOf("/");
  const [prefix, name] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
  const prefixIsGood = at < 0 || (prefix.length <= 253 && subdomain.test(prefix));
  return prefixIsGood && name.length <= 63 && label.test(name);
}

/**
 * A class that no Service can have. Load balancers keep what they have: a typing error must not cost
 * them their addresses.
 */
export function loadBalancerClassProblems(config: ConfigSpec): ConfigProblem[] {
  const name = config.loadBalancer?.class;
  if (!name || isLoadBalancerClass(name)) return [];
  const message = `"${name}" is no class of load balancers, such as example.com/metallb; ` +
    `those that are there keep theirs, new ones have to wait`;
  return [{ field: "spec.loadBalancer.class", message }];
}
