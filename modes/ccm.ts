/**
 * The CCM as a process: reads its flags, reaches both clusters, runs the parts, ends in order.
 *
 * @module
 */
import { tenantNamespace } from "../apis/kubelb/names.ts";
import { systemClock } from "../base/clock.ts";
import { describeError } from "../base/errors.ts";
import { HealthChecks } from "../base/health_checks.ts";
import { healthRoutes } from "../base/http_server.ts";
import { createLogger, type Logger } from "../base/logger.ts";
import { createRegistry, type Registry } from "../base/metrics.ts";
import { systemRandom } from "../base/random.ts";
import { Ccm } from "../controllers/ccm/ccm.ts";
import { refusalText } from "../controllers/ccm/hub/hold_watcher.ts";
import { KubeClient } from "../kube/client.ts";
import { type ClusterConfig, inClusterConfig, loadKubeconfig } from "../kube/cluster_config.ts";
import { EventRecorder } from "../kube/event_recorder.ts";
import { LeaseElection, type LeaseElectionOptions } from "../kube/lease_election.ts";
import { requestToken } from "../kube/service_account_token.ts";
import { shortLivedCredential } from "../kube/short_lived_credential.ts";
import { checkCredential, problems } from "./api_servers.ts";
import { ccmFlags, type CcmOptions, ccmUsage, parseCcmFlags } from "./ccm_flags.ts";
import { flagHelp } from "./flag_help.ts";
import { serveOperators } from "./operator_servers.ts";
import { print } from "./print.ts";
import { onTermination } from "./termination.ts";
import { version, versionText } from "./version.ts";

/** Upstream's, so that an upstream CCM and ours never work at the same time. */
const leaseName = "19f32e7b.ccm.kubelb.k8c.io";

/**
 * Runs the CCM until it is told to end.
 *
 * @returns the exit code: 0 after an orderly end, 1 when it could not start, 2 for wrong flags.
 */
export async function runCcm(args: readonly string[]): Promise<number> {
  let options: CcmOptions;
  try {
    const parsed = parseCcmFlags(args, (name) => Deno.env.get(name));
    if (parsed.kind === "help") return print(Deno.stdout, flagHelp(ccmUsage, ccmFlags), 0);
    if (parsed.kind === "version") return print(Deno.stdout, `${versionText()}\n`, 0);
    options = parsed.values;
  } catch (error) {
    const message = `kubelb: ${describeError(error)} (--mode=ccm --help lists all flags)\n`;
    return print(Deno.stderr, message, 2);
  }
  const log = createLogger({ level: options["log-level"], format: options["log-format"] });
  try {
    return await run(options, log);
  } catch (error) {
    log.error("the CCM cannot start", { error });
    return 1;
  }
}

async function run(options: CcmOptions, log: Logger): Promise<number> {
  log.info("starting the CCM", { version, tenant: options["cluster-name"] });
  const clusters = {
    tenant: await tenantCluster(options),
    hub: await hubCluster(options),
  };
  const registry = createRegistry();
  const common = { log, clock: systemClock, metrics: registry };
  const client = (name: "tenant" | "hub", cluster: ClusterConfig) =>
    new KubeClient(cluster, { ...common, name, userAgent: `kubelb-ccm/${version}` });
  using termination = onTermination(log);
  const { signal } = termination;
  using tenant = client("tenant", clusters.tenant);
  // With the kubeconfig's own credential, which only asks for tokens where the hub gives them.
  using hubIssuer = client("hub", clusters.hub);
  const credential = shortLivedCredential({
    base: clusters.hub.credential,
    issue: (claims) => requestToken(hubIssuer, claims, signal),
    log: log.with({ cluster: "hub" }),
    clock: systemClock,
    random: systemRandom,
  });
  using hub = client("hub", { ...clusters.hub, credential });
  await Promise.all([
    checkCredential(tenant, clusters.tenant, log, signal),
    // A tenant that was deleted in the hub must not keep its cluster from deleting Services, and may
    // be given a new kubeconfig at any time: the program runs, and /readyz says what is wrong.
    checkCredential(hub, clusters.hub, log, signal).catch((error) =>
      log.error("the hub refuses the CCM; it waits for another kubeconfig", { error })
    ),
  ]);
  const instance = `${Deno.hostname()}_${crypto.randomUUID().slice(0, 8)}`;
  await using events = new EventRecorder({
    ...common,
    client: tenant,
    controller: "kubelb.k8c.io/ccm",
    instance,
  });
  const hubSource = clusters.hub.source;
  const parts = { ...ccmSettings(options), tenant, hub, hubSource, events, registry, ...common };
  const ccm = new Ccm(parts);
  await using _servers = await listen(options, ccm, registry, log);
  const election = () =>
    leaderElection(options, { ...common, client: tenant, identity: instance }, clusters.tenant);
  const lead = options["enable-leader-election"]
    ? election().run(signal, (leadSignal) => ccm.lead(leadSignal))
    : ccm.lead(signal);
  await Promise.all([ccm.follow(signal), lead]);
  log.info("ended");
  return 0;
}

async function hubCluster(options: CcmOptions): Promise<ClusterConfig> {
  try {
    return await loadKubeconfig(options["kubelb-kubeconfig"] || defaultHubKubeconfig());
  } catch (cause) {
    throw new Error("no access to the management cluster (--kubelb-kubeconfig)", { cause });
  }
}

/** The given kubeconfig, else the cluster this pod runs in. */
function tenantCluster(options: CcmOptions): Promise<ClusterConfig> {
  return options.kubeconfig ? loadKubeconfig(options.kubeconfig) : inClusterConfig();
}

function defaultHubKubeconfig(): string {
  return `${Deno.env.get("HOME") ?? ""}/.kube/kubelb`;
}

function ccmSettings(options: CcmOptions) {
  return {
    plan: {
      tenantNamespace: tenantNamespace(options["cluster-name"]),
      useLoadBalancerClass: options["use-loadbalancer-class"],
      cloudProvider: options["enable-cloud-provider"],
    },
    addressType: options["node-address-type"],
    takeOver: options["take-over"],
    hubUnreachableTimeout: options["hub-unreachable-timeout"],
  };
}

function leaderElection(
  options: CcmOptions,
  candidate: Omit<LeaseElectionOptions, "name" | "namespace">,
  cluster: ClusterConfig,
): LeaseElection {
  const namespace = options["leader-election-namespace"] || cluster.namespace || "kube-system";
  return new LeaseElection({ ...candidate, namespace, name: leaseName });
}

async function listen(
  options: CcmOptions,
  ccm: Ccm,
  registry: Registry,
  log: Logger,
): Promise<AsyncDisposable> {
  const live = new HealthChecks().add("ping", () => {});
  const ready = new HealthChecks()
    .add("tenant", () => problems(ccm.informers.tenant))
    .add("hub", () => {
      const found = [ccm.connection.refusal, problems(ccm.informers.hub)];
      return found.filter((problem) => problem !== undefined).join("; ") || undefined;
    })
    .add("hold", () => {
      const { hold } = ccm.hold;
      return hold.kind === "refused" ? refusalText(hold.holder, ccm.hold.clusterUid) : undefined;
    });
  return await serveOperators(options, healthRoutes(live, ready), registry, log);
}
