/**
 * Envoys as processes of this machine.
 *
 * @module
 */
import { join } from "node:path";
import { type Clock, systemClock } from "../../base/clock.ts";
import { describeError } from "../../base/errors.ts";
import type { Logger } from "../../base/logger.ts";
import { Registry } from "../../base/metrics.ts";
import { type Random, systemRandom } from "../../base/random.ts";
import { xdsEndpoint } from "../../envoy/translate/mod.ts";
import type { CertificateIssuer } from "../identity/xds_identity.ts";
import type { FleetCapacity, FleetRuntime, FleetStatus } from "../runtime.ts";
import { ClaimWatch } from "./claim_watch.ts";
import { CredentialFiles, credentialFiles } from "./credential_files.ts";
import { budgetFields, type DescriptorBudget, descriptorBudget } from "./descriptor_budget.ts";
import { type EnvoySettings, files } from "./envoy_command.ts";
import { EnvoyInstance } from "./envoy_instance.ts";
import { FleetSupervisor } from "./fleet_supervisor.ts";
import { Inheritance } from "./inheritance.ts";
import { rotateLogs } from "./log_rotation.ts";
import { ProcessWatch } from "./process_watch.ts";
import { StateDirectory } from "./state_directory.ts";
import { StateFiles } from "./state_files.ts";

/** Choices of the host runtime; those with a default may be left out. */
export interface HostRuntimeOptions extends Partial<EnvoySettings> {
  /** Path of Envoy, or its name on PATH. */
  readonly envoyPath: string;
  /** What must outlive the manager is kept here; one manager at a time. */
  readonly stateDirectory: string;
  /** Where the xDS server of this manager listens. */
  readonly xds: { readonly host: string; readonly port: number };
  /** Issues the certificates with which Envoys reach it. Default: plaintext. */
  readonly issuer?: CertificateIssuer;
  /**
   * Tells the hub from others: no Envoy is started beside one of the same hub and fleet that another
   * manager has started on this host. Undefined while that is not known, as without this option.
   */
  readonly hub?: () => Promise<string | undefined>;
  /** Drain and end all Envoys on disposal. Default: leave them serving. */
  readonly drainOnExit?: boolean;
  /** Connections that one Envoy accepts. Default: what its file descriptors allow. */
  readonly maxConnections?: number;
  /** Bytes of heap; above, an Envoy sheds load. Default: no limit. */
  readonly maxHeapBytes?: number;
  /** Bytes after which a log begins anew. Default 64 MiB. */
  readonly maxLogBytes?: number;
  readonly log: Logger;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Where failures are counted. Default: nowhere. */
  readonly metrics?: Registry;
}

const defaults = {
  concurrency: 2,
  // Upstream's default drain timeout.
  drainSeconds: 60,
  logLevel: "warning",
  environment: {},
};
const logCheckInterval = 60_000;
const fleetName = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;
const noFleet: FleetStatus = { state: "stopped" };
const unknownHub = () => Promise.resolve(undefined);

/**
 * Keeps one Envoy process per fleet. The processes do not need the manager: whatever becomes of it
 * they serve on, and the next manager with the same state directory adopts them.
 *
 * @example
 * ```ts ignore
 * await using runtime = await HostRuntime.open({
 *   stateDirectory: "/var/lib/kubelb",
 *   envoyPath: "envoy",
 *   xds: { host: "127.0.0.1", port: 8001 },
 *   log,
 * });
 * await runtime.ensure("tenant-acme");
 * ```
 */
export class HostRuntime implements FleetRuntime {
  readonly kind = "host";
  readonly #supervisors = new Map<string, FleetSupervisor>();
  readonly #listeners = new Set<(fleet: string, status: FleetStatus) => void>();
  readonly #watch: ProcessWatch;
  readonly #claims: ClaimWatch;
  readonly #stateFiles: StateFiles;
  readonly #credentials: CredentialFiles | undefined;
  readonly #clock: Clock;
  readonly #settings: EnvoySettings;
  readonly #budget: DescriptorBudget;
  readonly #inheritance: Inheritance;
  #logTimer: Disposable;
  #disposed = false;

  private constructor(
    private readonly options: HostRuntimeOptions,
    private readonly state: StateDirectory,
  ) {
    this.#clock = options.clock ?? systemClock;
    this.#watch = new ProcessWatch(this.#clock);
    this.#claims = new ClaimWatch(this.#clock);
    const folderOf = (fleet: string) => state.fleetFolder(fleet);
    const { issuer, log, metrics = new Registry() } = options;
    const stateFiles = new StateFiles({ ...options, metrics, clock: this.#clock });
    this.#stateFiles = stateFiles;
    this.#credentials = issuer &&
      new CredentialFiles({ issuer, folderOf, stateFiles, log, clock: this.#clock });
    this.#settings = { ...defaults, ...options };
    this.#budget = descriptorBudget(this.#settings);
    this.#inheritance = new Inheritance(this.#budget, log);
    this.#logTimer = this.#scheduleLogCheck();
  }

  /**
   * Waits until no other manager has the state directory, tells the Envoys in it where the xDS server
   * is now, and adopts those that live.
   *
   * @throws the reason of `signal`, or an error about the state directory.
   */
  static async open(options: HostRuntimeOptions, signal?: AbortSignal): Promise<HostRuntime> {
    const { log, clock = systemClock, stateDirectory } = options;
    const state = await StateDirectory.open(stateDirectory, { log, clock, signal });
    const runtime = new HostRuntime(options, state);
    log.info("what each Envoy has file descriptors for", budgetFields(runtime.#budget));
    try {
      await runtime.#writeEndpoint();
      await Promise.all(state.fleets().map((fleet) => runtime.#adopt(fleet)));
      return runtime;
    } catch (error) {
      await runtime.#release();
      throw error;
    }
  }

  capacity(fleet: string): FleetCapacity {
    return this.#inheritance.budgetOf(fleet);
  }

  get inheritedDrains(): ReadonlyMap<string, number> {
    return this.#inheritance.drains;
  }

  async ensure(fleet: string): Promise<void> {
    if (this.#disposed) throw new Error("the host runtime has been disposed of");
    if (!fleetName.test(fleet)) throw new Error(`${JSON.stringify(fleet)} cannot name a fleet`);
    await this.#supervisor(fleet).ensure();
  }

  async remove(fleet: string): Promise<void> {
    const supervisor = this.#supervisors.get(fleet);
    if (supervisor === undefined) return;
    await supervisor.remove();
    // It may have been wanted again meanwhile.
    if (supervisor.status.state !== "stopped") return;
    this.#supervisors.delete(fleet);
    // Not before: a start that was under way writes them, and would have them kept fresh for ever.
    this.#credentials?.forget(fleet);
  }

  status(fleet: string): FleetStatus {
    return this.#supervisors.get(fleet)?.status ?? noFleet;
  }

  fleets(): readonly string[] {
    return [...this.#supervisors.keys()];
  }

  subscribe(listener: (fleet: string, status: FleetStatus) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Processes need nothing in the API. */
  lead(): Promise<void> {
    return Promise.resolve();
  }

  accessLogPath(fleet: string): string {
    return join(this.state.fleetFolder(fleet), files.accessLog);
  }

  /** Ends all Envoys if `drainOnExit`, and lets another manager take over. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    if (this.options.drainOnExit) {
      await Promise.all(this.fleets().map((fleet) => this.remove(fleet)));
    }
    await this.#release();
  }

  async #adopt(fleet: string): Promise<void> {
    const supervisor = this.#supervisor(fleet);
    await supervisor.adopt();
    await this.#inheritance.read(fleet, supervisor);
    // Its certificate may have expired, or the authorities changed, while no manager was there.
    if (supervisor.status.state !== "stopped") this.#credentials?.follow(fleet);
  }

  /** Where the xDS server is: every Envoy reads it when it starts, and whenever it changes. */
  async #writeEndpoint(): Promise<void> {
    const { host, port } = this.options.xds;
    const { directory, path } = this.state.xds;
    await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
    await this.#stateFiles.put(path, JSON.stringify(xdsEndpoint(host, port)));
  }

  async #prepare(fleet: string): Promise<void> {
    await this.#writeEndpoint();
    await this.#credentials?.write(fleet);
  }

  async #release(): Promise<void> {
    this.#disposed = true;
    this.#logTimer[Symbol.dispose]();
    for (const supervisor of this.#supervisors.values()) await supervisor[Symbol.asyncDispose]();
    // After the starts that were under way, which write them and set a timer.
    this.#credentials?.[Symbol.dispose]();
    this.#stateFiles[Symbol.dispose]();
    this.#watch[Symbol.dispose]();
    this.#claims[Symbol.dispose]();
    this.state[Symbol.dispose]();
  }

  #supervisor(fleet: string): FleetSupervisor {
    const existing = this.#supervisors.get(fleet);
    if (existing !== undefined) return existing;
    const supervisor = this.#create(fleet);
    this.#supervisors.set(fleet, supervisor);
    return supervisor;
  }

  #create(fleet: string): FleetSupervisor {
    const { log, random = systemRandom, maxHeapBytes, hub = unknownHub } = this.options;
    const folder = this.state.fleetFolder(fleet);
    const instance = new EnvoyInstance({
      fleet,
      folder,
      settings: this.#settings,
      stateFiles: this.#stateFiles,
      xds: this.state.xds,
      ...(this.#credentials && { tls: credentialFiles(folder) }),
      hub,
      // Somebody may have emptied the state directory; no Envoy would start again.
      beforeStart: () => this.#prepare(fleet),
      maxConnections: this.options.maxConnections ?? this.#budget.connections,
      ...(maxHeapBytes !== undefined && { maxHeapBytes }),
    });
    return new FleetSupervisor({
      instance,
      folder,
      watch: this.#watch,
      claims: this.#claims,
      drainTime: this.#settings.drainSeconds * 1000,
      changed: () => this.#report(fleet),
      log: log.with({ fleet }),
      clock: this.#clock,
      random,
    });
  }

  #report(fleet: string): void {
    const status = this.status(fleet);
    // It has ended; before the others hear of that, for they ask what the next can hold.
    if (status.pid === undefined) this.#inheritance.forget(fleet);
    for (const listener of [...this.#listeners]) listener(fleet, status);
  }

  #scheduleLogCheck(): Disposable {
    return this.#clock.timer(async () => {
      for (const fleet of this.fleets()) await this.#rotateLogs(fleet);
      if (!this.#disposed) this.#logTimer = this.#scheduleLogCheck();
    }, logCheckInterval);
  }

  async #rotateLogs(fleet: string): Promise<void> {
    const { log, maxLogBytes = 64 << 20 } = this.options;
    const supervisor = this.#supervisors.get(fleet);
    if (supervisor === undefined) return;
    try {
      await rotateLogs(this.state.fleetFolder(fleet), maxLogBytes, () => supervisor.reopenLogs());
    } catch (error) {
      log.warn("cannot rotate the logs of an Envoy", { fleet, error: describeError(error) });
    }
  }
}
