/**
 * What an Envoy that an earlier manager has started can hold.
 *
 * @module
 */
import { type DescriptorBudget, descriptorBudget } from "./descriptor_budget.ts";
import { settingsOf } from "./envoy_command.ts";
import { commandLine, limitsOf } from "./process_identity.ts";

/**
 * The budget of a running Envoy, which keeps the limits, the worker threads and the drain time that it
 * was started with. Undefined when it has ended.
 */
export function processBudget(pid: number): DescriptorBudget | undefined {
  const settings = settingsOf(commandLine(pid) ?? []);
  const limits = limitsOf(pid);
  if (settings === undefined || limits === undefined) return undefined;
  return descriptorBudget(settings, limits);
}
