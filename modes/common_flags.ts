/**
 * Flags that both modes have.
 *
 * @module
 */
import { describeError } from "../base/errors.ts";
import { parseListenAddress } from "../base/listen_address.ts";
import { logFormats, logLevels } from "../base/logger.ts";
import { defineFlags, FlagError } from "./flags.ts";

/** How lines of the log look, and which are written. */
export const logFlags = defineFlags({
  "log-level": {
    type: "enum",
    values: logLevels,
    default: "info",
    description: "The least important lines that are written.",
  },
  "log-format": {
    type: "enum",
    values: logFormats,
    default: "json",
    description: "How they are written.",
  },
});

const where = "host:port, :port, or 0 for nowhere.";

/** What `--metrics-addr` means; its default is the mode's own. */
export const metricsAddressDescription = `Where /metrics is served: ${where}`;

/** What `--health-probe-bind-address` means; its default is the mode's own. */
export const healthAddressDescription = `Where /healthz and /readyz are served: ${where}`;

/**
 * Lets `read` look at the value of a flag.
 *
 * @throws {FlagError} with the flag's name when `read` throws.
 */
export function checkFlag(flag: string, read: () => unknown): void {
  try {
    read();
  } catch (error) {
    throw new FlagError(`--${flag}: ${describeError(error)}`);
  }
}

/** @throws {FlagError} when one of the two addresses cannot be listened on. */
export function checkServerFlags(
  values: { readonly "metrics-addr": string; readonly "health-probe-bind-address": string },
): void {
  for (const flag of ["metrics-addr", "health-probe-bind-address"] as const) {
    checkFlag(flag, () => parseListenAddress(values[flag]));
  }
}
