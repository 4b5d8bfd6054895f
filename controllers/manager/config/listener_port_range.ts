/**
 * The range that new listener ports come from, put together from its sources.
 *
 * @module
 */
import type { ConfigSpec } from "../../../apis/kubelb/v1alpha1/mod.ts";
import { formatPortRange, parsePortRange, type PortRange } from "../../../fleet/port_range.ts";
import type { ConfigProblem } from "./config_problem.ts";

/**
 * The Config's range, else that of the flag. One that is none is reported, and what was in force
 * stays so: a typing error must not move new load balancers to ports that no firewall lets through.
 *
 * @param flag `--port-range`.
 * @param inForce what this function returned before; the flag's at first.
 */
export function listenerPortRange(
  config: ConfigSpec,
  flag: PortRange,
  inForce: PortRange,
): { range: PortRange; problems: ConfigProblem[] } {
  const text = config.envoyProxy?.portRange;
  if (text === undefined) return { range: flag, problems: [] };
  try {
    return { range: parsePortRange(text), problems: [] };
  } catch (error) {
    const message = `${(error as Error).message}; ${formatPortRange(inForce)} stays in force`;
    return { range: inForce, problems: [{ field: "spec.envoyProxy.portRange", message }] };
  }
}
