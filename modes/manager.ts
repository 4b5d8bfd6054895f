/**
 * The manager as a process: reads its flags, reaches the hub, runs the parts, ends in order.
 *
 * @module
 */
import { resolve } from "node:path";
import { type Clock, systemClock } from "../base/clock.ts";
import { describeError } from "../base/errors.ts";
import { HealthChecks } from "../base/health_checks.ts";
import { healthRoutes, loopbackOnly } from "../base/http_server.ts";
import { createLogger, type Logger } from "../base/logger.ts";
import { createRegistry, type Registry } from "../base/metrics.ts";
import { parseAddressRange } from "../controllers/manager/host_load_balancer/address_range.ts";
import { hubIdentity } from "../controllers/manager/hub/hub_identity.ts";
import { systemDnsLookup } from "../controllers/manager/host_names/dns_lookup.ts";
import { Manager } from "../controllers/manager/manager.ts";
import { XdsIdentity } from "../fleet/identity/xds_identity.ts";
import { HostRuntime } from "../fleet/host/host_runtime.ts";
import { programProblem } from "../fleet/host/program_file.ts";
import type { PodOptions } from "../fleet/kubernetes/fleet_settings.ts";
import { parsePortRange } from "../fleet/port_range.ts";
import type { FleetRuntime } from "../fleet/runtime.ts";
import { KubeClient } from "../kube/client.ts";
import { type ClusterConfig, inClusterConfig, loadKubeconfig } from "../kube/cluster_config.ts";
import { EventRecorder } from "../kube/event_recorder.ts";
import { leaderAnnotations, leadershipOf } from "../controllers/manager/replicas/leadership.ts";
import { LeaseElection } from "../kube/lease_election.ts";
import { checkCredential, problems } from "./api_servers.ts";
import { blameFlag } from "./blame_flag.ts";
import { judgeDenoRelease } from "./deno_release.ts";
import { flagHelp } from "./flag_help.ts";
import {
  managerFlags,
  type ManagerOptions,
  managerUsage,
  parseManagerFlags,
  splitHostPort,
} from "./manager_flags.ts";
import { serveOperators } from "./operator_servers.ts";
import { print } from "./print.ts";
import { onTermination } from "./termination.ts";
import { edition, version, versionText } from "./version.ts";

/** Upstream's, so that an upstream manager and ours never write at the same time. */
const leaseName = "19f32e7b.kubelb.k8c.io";

/** Milliseconds; opening a free state directory takes a few. */
const standbyAfter = 1_000;

/**
 * Runs the manager until it is told to end.
 *
 * @returns the exit code: 0 after an orderly end, 1 when it could not start, 2 for wrong flags.
 */
export async function runManager(args: readonly string[]): Promise<number> {
  let options: ManagerOptions;
  try {
    const parsed = parseManagerFlags(args, (name) => Deno.env.get(name));
    if (parsed.kind === "help") return print(Deno.stdout, flagHelp(managerUsage, managerFlags), 0);
    if (parsed.kind === "version") return print(Deno.stdout, `${versionText()}\n`, 0);
    options = parsed.values;
  } catch (error) {
    const message = `kubelb: ${describeError(error)} (--mode=manager --help lists all flags)\n`;
    return print(Deno.stderr, message, 2);
  }
  const level = options.debug ? "debug" : options["log-level"];
  const log = createLogger({ level, format: options["log-format"] });
  using termination = onTermination(log);
  try {
    await run(options, log, termination.signal);
    log.info("ended");
    return 0;
  } catch (error) {
    if (termination.signal.aborted) return 0; // told to end while it was still starting
    log.error("the manager cannot start", { error });
    return 1;
  }
}

async function run(options: ManagerOptions, log: Logger, signal: AbortSignal): Promise<void> {
  const release = judgeDenoRelease(Deno.version.deno);
  if (release.kind === "unusable") throw new Error(release.message);
  if (release.kind === "untested") log.warn(release.message);
  const common = { log, clock: systemClock, metrics: createRegistry() };
  log.info("starting the manager", { version, runtime: options.runtime });
  if (options.runtime === "host" && options["address-pool"].length === 0) {
    log.warn("no load balancer will get an address: there is no --address-pool");
  }
  if (options.runtime === "host") await checkEnvoy(options["envoy-path"], log);
  const settings = managerSettings(options);
  const cluster = await hubCluster(options);
  const userAgent = `kubelb-manager/${version}`;
  using client = new KubeClient(cluster, { ...common, name: "hub", userAgent });
  const identity = await identityOf(options);
  const controller = "kubelb.k8c.io/manager";
  await using events = new EventRecorder({ ...common, client, controller, instance: identity });

  const tls = !options["xds-plaintext"];
  const issuer = tls ? new XdsIdentity(systemClock) : undefined;
  await using manager = new Manager({ ...common, ...settings, client, events, identity: issuer });
  const standby = new Standby();
  await using _servers = await listen(options, manager, standby, common.metrics, log);
  const { host } = splitHostPort(options["listen-address"]);
  const port = await blameFlag(
    "listen-address",
    () => manager.xds.listen(options["listen-address"]),
  );
  log.info("listening", { server: "xds", address: `${host}:${port}` });
  await listenForTokens(options, manager, log);
  await checkCredential(client, cluster, log, signal);
  const following = manager.follow(signal);

  const opening = { ...common, client, manager, standby, issuer, xds: { host, port } };
  await using runtime = await openRuntime(options, opening, signal);
  using attached = manager.attach(runtime);
  const { namespace } = options;
  const election = new LeaseElection({
    ...common,
    client,
    namespace,
    name: leaseName,
    identity,
    annotations: leaderAnnotations(identity, advertisedAddress(options, host, port)),
  });
  await Promise.all([
    following,
    attached.serve(signal),
    attached.report(leadershipOf(election, identity), signal),
    // Losing the Lease ends the writing, never the serving.
    options["enable-leader-election"]
      ? election.run(signal, (term) => attached.lead(term))
      : attached.lead(signal),
  ]);
}

/** Told at the start, not when the first load balancer is waited for; it may still be installed. */
async function checkEnvoy(path: string, log: Logger): Promise<void> {
  const problem = await programProblem(path);
  if (problem === undefined) return;
  const what = problem === "missing" ? "there is no such program" : "it is not executable";
  log.warn(`no Envoy can be started: ${what}: ${path} (--envoy-path)`);
}

/** Where other managers reach the xDS server of this one. */
function advertisedAddress(options: ManagerOptions, host: string, port: number): string {
  if (options["xds-advertise-address"] !== "") return options["xds-advertise-address"];
  const name = host === "0.0.0.0" || host === "::" ? Deno.hostname() : host;
  return name.includes(":") ? `[${name}]:${port}` : `${name}:${port}`;
}

/** What runtimes are opened with. */
interface Opening {
  readonly client: KubeClient;
  readonly manager: Manager;
  readonly standby: Standby;
  readonly issuer: XdsIdentity | undefined;
  /** Where this manager serves xDS. */
  readonly xds: { readonly host: string; readonly port: number };
  readonly log: Logger;
  readonly clock: Clock;
  readonly metrics: Registry;
}

async function openRuntime(
  options: ManagerOptions,
  { manager, standby, issuer, client, xds: { host, port }, ...common }: Opening,
  signal: AbortSignal,
): Promise<FleetRuntime> {
  if (options.runtime === "kubernetes") {
    return await manager.openKubernetesRuntime(podOptions(options, port), signal);
  }
  const xds = { host: reachable(host), port };
  const hub = hubIdentity(client, common.log);
  const opening = { ...common, ...hostOptions(options), xds, hub, ...(issuer && { issuer }) };
  // Another manager with the same state directory is waited for: this one stands by, caches filled.
  return await standby.during(HostRuntime.open(opening, signal));
}

/** A manager that waits for another one to end is ready to take over, and says so. */
class Standby {
  active = false;

  /** What takes longer than a moment to open is held by another manager. */
  async during<T>(opening: Promise<T>): Promise<T> {
    using _patience = systemClock.timer(() => this.active = true, standbyAfter);
    try {
      return await opening;
    } finally {
      this.active = false;
    }
  }
}

function managerSettings(options: ManagerOptions) {
  return {
    namespace: options.namespace,
    allowedCidrs: options["allowed-endpoint-cidrs"],
    addressPool: options["address-pool"].map(parseAddressRange),
    dnsLookup: systemDnsLookup(options["dns-servers"]),
    portRange: parsePortRange(options["port-range"]),
    serverUrl: options["tenant-api-server-url"],
    maxConnectionAge: options["xds-max-connection-age"],
    version: { gitVersion: `v${version}`, edition },
  };
}

function hostOptions(options: ManagerOptions) {
  return {
    envoyPath: options["envoy-path"],
    stateDirectory: options["state-dir"],
    drainOnExit: options["drain-envoy-on-exit"],
    concurrency: options["envoy-concurrency"],
  };
}

function podOptions(options: ManagerOptions, port: number): PodOptions {
  const { namespace, "xds-address": given } = options;
  return {
    image: options["envoy-image"],
    concurrency: options["envoy-concurrency"],
    // Upstream's name of the Service.
    xdsServers: given.length > 0
      ? given.map(splitHostPort)
      : [{ host: `envoycp.${namespace}.svc`, port }],
  };
}

/** Where this host's Envoys reach a server that listens on all addresses. */
function reachable(host: string): string {
  return host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
}

/** The given kubeconfig, else the cluster this pod runs in. */
function hubCluster({ kubeconfig }: ManagerOptions): Promise<ClusterConfig> {
  return kubeconfig ? loadKubeconfig(kubeconfig) : inClusterConfig();
}

/**
 * Who this manager is in the Lease. Its state directory, or the address it listens on, makes it the
 * only one of this name on its host (or in its pod), so that after a crash it goes on at once instead
 * of waiting until its own Lease has run out.
 */
async function identityOf(options: ManagerOptions): Promise<string> {
  const unique = options.runtime === "host"
    ? resolve(options["state-dir"])
    : options["listen-address"];
  const bytes = new TextEncoder().encode(unique);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `${Deno.hostname()}_${digest.slice(0, 4).toHex()}`;
}

async function listenForTokens(
  options: ManagerOptions,
  manager: Manager,
  log: Logger,
): Promise<void> {
  const flag = "xds-token-listen-address";
  const address = options[flag];
  if (address === "0") return;
  const port = await blameFlag(flag, () => manager.listenForTokens(address));
  log.info("listening", { server: "xds for tokens", address, port });
}

async function listen(
  options: ManagerOptions,
  manager: Manager,
  standby: Standby,
  metrics: Registry,
  log: Logger,
): Promise<AsyncDisposable> {
  const live = new HealthChecks().add("ping", () => {});
  const ready = new HealthChecks()
    .add("hub", () => problems(manager.informers))
    .add("xds", () => manager.translated || standby.active ? undefined : "not translated yet")
    .add("identity", () => manager.identityProblem);
  const health = {
    ...healthRoutes(live, ready),
    // Tells of fleets and Envoys, so not to everyone who may ask for health.
    "/debug/xds": loopbackOnly(() => Response.json(manager.xds.snapshot())),
  };
  return await serveOperators(options, health, metrics, log);
}
