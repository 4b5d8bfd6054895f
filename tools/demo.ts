/**
 * `deno task demo`: two real Kubernetes control planes, the manager, the CCM and a real Envoy carry
 * requests; without root, and nothing stays behind.
 *
 * @module
 */
import { systemClock } from "../base/clock.ts";
import { describeError } from "../base/errors.ts";
import { defineFlags, FlagError, parseFlags } from "../modes/flags.ts";
import { installationBinaryNames } from "./binaries/catalog.ts";
import { obtainBinaries } from "./binaries/obtain.ts";
import { complaints } from "./demo/complaints.ts";
import { explanation } from "./demo/explanation.ts";
import { Interruption } from "./demo/interruption.ts";
import { NodeBackends } from "./demo/node_backends.ts";
import { ServiceFollower } from "./demo/service_follower.ts";
import { playStory } from "./demo/story.ts";
import { type Hub, startHub } from "./installation/hub.ts";
import { type LoopbackNetwork, loopbackNetwork } from "./installation/loopback_network.ts";
import { startTenantCluster, type TenantCluster } from "./installation/tenant_cluster.ts";

const flags = defineFlags({
  once: { type: "boolean", default: false, description: "Verify everything and exit." },
});

const usage = `Usage: deno task demo [--once]

Starts two Kubernetes control planes, the manager, the CCM and Envoy, shows requests being served,
and stays until Ctrl-C.

  --once   verify everything and exit with 0 or 1`;

const begin = performance.now();

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(line + "\n"));
}

function step(line: string): void {
  say(`[${((performance.now() - begin) / 1000).toFixed(1).padStart(5)} s] ${line}`);
}

/** The demo was told to stop before it had shown everything. */
class Interrupted extends Error {
  override readonly name = "Interrupted";
}

async function runDemo(once: boolean, interrupted: Promise<void>): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const early = interrupted.then(() => {
    throw new Interrupted("interrupted");
  });
  await Promise.race([early, showEverything(stack, once)]);
  if (once) return step("all of it verified");
  await interrupted;
  say("");
  step("stopping");
}

/** Starts all parts, which `stack` then owns, and plays the story. */
async function showEverything(stack: AsyncDisposableStack, once: boolean): Promise<void> {
  const binaries = await obtainBinaries(installationBinaryNames, { report: step });
  const network = loopbackNetwork();
  const { hub, tenant } = await startClusters(stack, network);
  say("");
  const backends = stack.use(new NodeBackends("HTTP"));
  const left = await playStory({ tenant, network, backends, say }).catch(async (error) => {
    await explainFailure(hub, tenant);
    throw error;
  });
  say("");
  if (once) return;
  stack.use(new ServiceFollower({ tenant, backends, clock: systemClock, say }));
  say(explanation({ hub, tenant, kubectl: binaries.kubectl, left }));
}

async function startClusters(
  stack: AsyncDisposableStack,
  { addressPool, nodeRange }: LoopbackNetwork,
): Promise<{ hub: Hub; tenant: TenantCluster }> {
  const startingHub = startHub({
    addressPool,
    allowedEndpoints: nodeRange,
    managerFlags: ["--drain-envoy-on-exit"],
    report: step,
  });
  const startingTenant = startTenantCluster({
    tenant: "acme",
    report: step,
    hubKubeconfig: async () => {
      const kubeconfig = await (await startingHub).registerTenant("acme");
      step("tenant acme registered; its kubeconfig goes to the CCM");
      return kubeconfig;
    },
  });
  // Both are owned before either failure is reported, so that neither is left behind.
  const [hub, tenant] = await Promise.allSettled([startingHub, startingTenant]);
  if (hub.status === "fulfilled") stack.use(hub.value);
  if (tenant.status === "fulfilled") stack.use(tenant.value);
  if (hub.status === "rejected") throw hub.reason;
  if (tenant.status === "rejected") throw tenant.reason;
  return { hub: hub.value, tenant: tenant.value };
}

async function explainFailure({ manager }: Hub, { ccm }: TenantCluster): Promise<void> {
  for (const { process } of [manager, ccm]) {
    const lines = complaints(await process.log());
    if (lines.length > 0) say(`\nThe ${process.name} says:\n  ${lines.join("\n  ")}`);
  }
}

const signals = ["SIGINT", "SIGTERM"] as const;

async function main(): Promise<number> {
  using interruption = new Interruption({
    clock: systemClock,
    parent: () => Deno.ppid,
    exit: () => Deno.exit(130),
  });
  for (const signal of signals) Deno.addSignalListener(signal, interruption.onSignal);
  try {
    const parsed = parseFlags(flags, Deno.args);
    if (parsed.kind !== "values") {
      say(usage);
      return 0;
    }
    await runDemo(parsed.values.once, interruption.promise);
    return 0;
  } catch (error) {
    // What was still starting is not waited for: the watchdogs of the sandboxes end it.
    if (error instanceof Interrupted) return 130;
    if (error instanceof FlagError) {
      say(`demo: ${error.message}\n\n${usage}`);
      return 2;
    }
    say(`\ndemo failed: ${describeError(error)}`);
    return 1;
  } finally {
    for (const signal of signals) Deno.removeSignalListener(signal, interruption.onSignal);
  }
}

Deno.exit(await main());
