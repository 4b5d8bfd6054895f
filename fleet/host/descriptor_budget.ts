/**
 * What the file descriptors of an Envoy of this host are for.
 *
 * @module
 */
import type { LogFields } from "../../base/logger.ts";
import type { DrainAllowance } from "../../envoy/xds/socket_pace.ts";
import type { FleetCapacity } from "../runtime.ts";
import type { DescriptorUse } from "./envoy_command.ts";

/** What one Envoy can hold. */
export interface DescriptorBudget extends FleetCapacity {
  readonly draining: DrainAllowance;
  /** Connections of clients. */
  readonly connections: number;
}

/** Files, health checks under way, xDS. */
const files = 600;

/** For listeners that drain, of what there is beside the least. */
const drainReserve = 400;

/** Divided even where little is left beside the files, as of the usual 1,024. */
const least = 320;

/** More than the largest range of ports takes, with both families. */
const manyListeners = 131_072;

/** More than change within the drain time. */
const manyDraining = 10_000;

/** More than a port has in a minute, unless somebody invents them. */
const manyDatagramClients = 100_000;

/**
 * Divides what a process may open. A connection through Envoy takes two file descriptors, a listener
 * one for each worker thread, a client of UDP one. A listener that is changed keeps the old ones for
 * the drain time.
 *
 * The shares must not meet: an Envoy that finds no descriptor for a connection does not accept it,
 * but one that finds none for a listener or a client of UDP ends (Envoy 1.40: `assert failure:
 * io_handle_`, SIGSEGV), and again after each start. Where there are few, listeners may take five
 * eighths. Of the rest a third is for those that drain, one for connections, and one for the clients
 * of any one UDP port: clients cost nothing to invent, so that a flood of them must not end the Envoy.
 * Not divided among the ports: the limit is part of the cluster, whose change ends its sessions. Where
 * there are many descriptors floods of several ports find room.
 *
 * @param limits content of `/proc/self/limits`: children inherit the limit of this process.
 */
export function descriptorBudget(
  { concurrency: workers, drainSeconds }: DescriptorUse,
  limits: string = Deno.readTextFileSync("/proc/self/limits"),
): DescriptorBudget {
  const time = drainSeconds * 1000;
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  // "unlimited": the kernel's own limit of open files is far above this.
  if (soft === undefined) {
    return {
      connections: 1_000_000,
      listeners: manyListeners,
      draining: { addresses: manyDraining, time },
      datagramClients: manyDatagramClients,
    };
  }
  const spare = Math.min(drainReserve, Math.max(0, Number(soft) - files - least));
  const available = Math.max(least, Number(soft) - files - spare);
  const listeners = Math.min(manyListeners, Math.floor(available * 5 / 8 / workers));
  const left = available - listeners * workers;
  const draining = Math.min(manyDraining, Math.floor((left / 3 + spare) / workers));
  // Where all that may drain is less than its third, others get what it leaves.
  const rest = left - Math.min(left / 3, draining * workers);
  return {
    connections: Math.floor(rest / 4),
    listeners,
    draining: { addresses: draining, time },
    datagramClients: Math.min(manyDatagramClients, Math.floor(rest / 2)),
  };
}

/** For log lines. */
export function budgetFields({ draining, ...shares }: DescriptorBudget): LogFields {
  return { ...shares, draining: draining.addresses };
}
