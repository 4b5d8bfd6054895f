/**
 * What an Envoy that an earlier manager has started can hold.
 *
 * @module
 */
import { type DescriptorBudget, descriptorBudget } from "./descriptor_budget.ts";
import { settingsOf } from "./envoy_command.ts";
import { commandLine, limitsOf, openFiles } from "./process_identity.ts";

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

/** Addresses that a running Envoy can listen on with all the files that it has open; 0 when it has ended. */
export function openAddresses(pid: number): number {
  const settings = settingsOf(commandLine(pid) ?? []);
  const files = openFiles(pid);
  return settings === undefined || files === undefined
    ? 0
    : Math.floor(files / settings.concurrency);
}
