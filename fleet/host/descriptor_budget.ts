/**
 * What the file descriptors of an Envoy of this host are for.
 *
 * @module
 */
import type { FleetCapacity } from "../runtime.ts";

/** What one Envoy can hold. */
export interface DescriptorBudget extends FleetCapacity {
  /** Connections of clients. */
  readonly connections: number;
}

/** Files, health checks under way, xDS, and listeners that are open twice while they change. */
const reserve = 1_000;

/** Divided even where the reserve would leave less, as of the usual 1,024. */
const least = 300;

/** More than the largest range of ports takes, with both families. */
const manyListeners = 131_072;

/** More than a port has in a minute, unless somebody invents them. */
const manyDatagramClients = 100_000;

/**
 * Divides what a process may open. A connection through Envoy takes two file descriptors, a listener
 * one for each worker thread, a client of UDP one.
 *
 * The shares must not meet: an Envoy that finds no descriptor for a connection does not accept it,
 * but one that finds none for a listener or a client of UDP ends (Envoy 1.40: `assert failure:
 * io_handle_`, SIGSEGV), and again after each start. Where there are few, listeners may take two
 * thirds. Half of the rest is for connections, the other for the clients of any one UDP port: clients
 * cost nothing to invent, so that a flood of them must not end the Envoy. Not divided among the ports:
 * the limit is part of the cluster, whose change ends its sessions. Where there are many descriptors
 * floods of several ports find room.
 *
 * @param workers `--concurrency` of the Envoys.
 * @param limits content of `/proc/self/limits`: children inherit the limit of this process.
 */
export function descriptorBudget(
  workers: number,
  limits: string = Deno.readTextFileSync("/proc/self/limits"),
): DescriptorBudget {
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  // "unlimited": the kernel's own limit of open files is far above this.
  if (soft === undefined) {
    const datagramClients = manyDatagramClients;
    return { connections: 1_000_000, listeners: manyListeners, datagramClients };
  }
  const available = Math.max(least, Number(soft) - reserve);
  const listeners = Math.min(manyListeners, Math.floor(available * 2 / 3 / workers));
  const rest = available - listeners * workers;
  const datagramClients = Math.min(manyDatagramClients, Math.floor(rest / 2));
  return { connections: Math.floor(rest / 4), listeners, datagramClients };
}
