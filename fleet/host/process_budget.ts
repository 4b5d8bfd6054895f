/**
 * What an Envoy that an earlier manager has started can hold.
 *
 * @module
 */
import { type DescriptorBudget, descriptorBudget } from "./descriptor_budget.ts";
import { concurrencyOf } from "./envoy_command.ts";
import { commandLine, limitsOf } from "./process_identity.ts";

/**
 * The budget of a running Envoy, which keeps the limits and the worker threads that it was started
 * with. Undefined when it has ended.
 */
export function processBudget(pid: number): DescriptorBudget | undefined {
  const workers = concurrencyOf(commandLine(pid) ?? []);
  const limits = limitsOf(pid);
  if (workers === undefined || limits === undefined) return undefined;
  return descriptorBudget(workers, limits);
}
