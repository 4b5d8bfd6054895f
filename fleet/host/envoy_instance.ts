/**
 * One Envoy on this host: its folder, its files, its process.
 *
 * @module
 */
import { join } from "node:path";
import { bootstrap, type XdsEndpointFile, type XdsTlsFiles } from "../../envoy/translate/mod.ts";
import { type AdminClient, adminClient } from "./admin_client.ts";
import { ClaimedError, claimName, claimsOfHost } from "./claim.ts";
import { envoyArguments, type EnvoySettings, files, isEnvoyOf } from "./envoy_command.ts";
import { type FleetRecord, formatFleetRecord, readFleetRecord } from "./fleet_record.ts";
import { freeLoopbackPort } from "./free_loopback_port.ts";
import { launch } from "./launch.ts";
import {
  commandLine,
  findProcess,
  identify,
  isAlive,
  type ProcessIdentity,
} from "./process_identity.ts";
import type { StateFiles } from "./state_files.ts";

/** What an {@linkcode EnvoyInstance} is made from. */
export interface EnvoyInstanceOptions {
  readonly fleet: string;
  /** Its own folder, absolute. */
  readonly folder: string;
  readonly settings: EnvoySettings;
  readonly stateFiles: StateFiles;
  readonly xds: XdsEndpointFile;
  /** Default: the xDS server is reached in plaintext. */
  readonly tls?: XdsTlsFiles;
  readonly maxConnections: number;
  readonly maxHeapBytes?: number;
  /** Tells the hub from others; undefined while that is not known. */
  readonly hub: () => Promise<string | undefined>;
  /** Provides what Envoy needs besides the files that this class writes. */
  readonly beforeStart: () => Promise<void>;
}

/** A process that was just started. */
export interface StartedEnvoy {
  readonly pid: number;
  /** Resolves, with a few words on how, when it has ended. */
  readonly exited: Promise<string>;
}

/** Starts, finds, signals and cleans up after the Envoy of one fleet. Decides nothing. */
export class EnvoyInstance {
  #record: FleetRecord | undefined;
  #claim: string | undefined;

  constructor(private readonly options: EnvoyInstanceOptions) {}

  /** The record as last read or written. */
  get record(): FleetRecord | undefined {
    return this.#record;
  }

  /** The Envoy that an earlier manager has left here, when it lives. */
  async find(): Promise<ProcessIdentity | undefined> {
    const { folder } = this.options;
    this.#record = await readFleetRecord(folder);
    const recorded = this.#record?.process;
    const isOurs = (args: readonly string[]) => isEnvoyOf(folder, args);
    if (recorded && isAlive(recorded) && isOurs(commandLine(recorded.pid) ?? [])) return recorded;
    // The manager may have died between starting the process and writing down which it is.
    const found = this.#record && findProcess(isOurs);
    if (found !== undefined) await this.#write({ ...this.#record!, process: found });
    return found;
  }

  /**
   * @throws {ClaimedError} when another manager's Envoy serves the fleet on this host.
   * @throws {Error} that says what to do when Envoy cannot be started.
   */
  async start(): Promise<StartedEnvoy> {
    const { fleet, folder, settings } = this.options;
    const claim = this.#claim = await this.#findClaim();
    if (claim !== undefined && (await claimsOfHost()).has(claim)) {
      throw new ClaimedError(fleet, claim);
    }
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    await this.options.beforeStart();
    const { process: _, ...prepared } = await this.#prepare();
    const started = await launch({
      program: settings.envoyPath,
      args: envoyArguments(folder, settings),
      folder,
      environment: settings.environment,
      output: join(folder, files.output),
    });
    const process = identify(started.pid);
    if (process !== undefined) await this.#write({ ...prepared, process });
    return started;
  }

  /** Signals the process, unless it has ended: its number may be another's by now. */
  signal(signal: Deno.Signal): void {
    const process = this.#record?.process;
    if (process === undefined || !isAlive(process)) return;
    try {
      Deno.kill(process.pid, signal);
    } catch (error) {
      // It ended between the look and the signal.
      if (isAlive(process)) throw error;
    }
  }

  /** Notes that the process is being ended, for a manager that finds it half-way. */
  async markEnding(): Promise<void> {
    if (this.#record !== undefined) await this.#write({ ...this.#record, ending: true });
  }

  /** The admin interface of the process. */
  admin(): AdminClient {
    const direct = join(this.options.folder, files.adminSocket);
    const pid = this.#record?.process?.pid;
    // The kernel takes no longer names; through /proc every folder has a short one.
    const tooLong = new TextEncoder().encode(direct).length > 107;
    return adminClient(tooLong ? `/proc/${pid}/cwd/${files.adminSocket}` : direct);
  }

  /** Removes every trace of an Envoy that has ended. */
  async clean(): Promise<void> {
    await removeIfThere(this.options.folder);
    this.#record = undefined;
  }

  async #findClaim(): Promise<string | undefined> {
    const { fleet, folder, hub } = this.options;
    const uid = await hub();
    if (uid !== undefined) return claimName(uid, fleet);
    return (this.#record ?? await readFleetRecord(folder))?.claim;
  }

  /** Everything that Envoy needs, and a record of it before there is a process. */
  async #prepare(): Promise<FleetRecord> {
    const { fleet, folder, stateFiles, xds, tls, maxConnections, maxHeapBytes } = this.options;
    const known = this.#record ?? await readFleetRecord(folder);
    const statsPort = freeLoopbackPort(known?.statsPort);
    const readyPort = freeLoopbackPort(known?.readyPort);
    const claim = this.#claim === undefined ? {} : { claim: this.#claim };
    await this.#write({ statsPort, readyPort, ...claim });
    const config = bootstrap({
      node: fleet,
      cluster: fleet,
      xds,
      ...(tls && { tls }),
      adminSocket: files.adminSocket,
      statsPort,
      readyPort,
      ...claim,
      maxConnections,
      ...(maxHeapBytes !== undefined && { maxHeapBytes }),
    });
    await stateFiles.put(join(folder, files.bootstrap), JSON.stringify(config, undefined, 2));
    return { statsPort, readyPort, ...claim };
  }

  async #write(record: FleetRecord): Promise<void> {
    const { folder, stateFiles } = this.options;
    // Not only on the disk, where it may come late: this process needs it at once.
    this.#record = record;
    await stateFiles.put(join(folder, files.record), formatFleetRecord(record));
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
