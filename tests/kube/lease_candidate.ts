/**
 * A candidate for a Lease as a process of its own, to be paused and killed. While it leads it writes
 * to a ConfigMap again and again. Prints `<milliseconds since 1970> <what>` for each thing it does.
 *
 * Arguments: kubeconfig, name of Lease and ConfigMap, identity; then, optionally, `hasty` for times
 * a fifth of the default.
 *
 * @module
 */
import { configMaps } from "../../apis/core/v1.ts";
import { delay, systemClock } from "../../base/clock.ts";
import { createLogger } from "../../base/logger.ts";
import { KubeClient } from "../../kube/client.ts";
import { loadKubeconfig } from "../../kube/cluster_config.ts";
import { LeaseElection } from "../../kube/lease_election.ts";
import { printLine } from "../../tools/process/print_line.ts";

const [kubeconfig, name, identity, haste] = Deno.args as [string, string, string, string?];
const namespace = "default";
const log = createLogger({ level: "info", format: "text" });
const say = (what: string) => printLine(`${Date.now()} ${what}`);

const stop = new AbortController();
Deno.addSignalListener("SIGTERM", () => stop.abort());
using client = new KubeClient(await loadKubeconfig(kubeconfig), { name: identity, log });
const hasty = { leaseDuration: 3_000, renewDeadline: 2_000, retryPeriod: 400 };
const times = haste === "hasty" ? hasty : {};
const election = new LeaseElection({ client, namespace, name, identity, log, ...times });

say("stands");
await election.run(stop.signal, async (signal) => {
  say("leads");
  while (!signal.aborted) {
    const data = { by: identity };
    await client.apply(configMaps, { metadata: { namespace, name }, data }, {
      fieldManager: identity,
      signal,
    }).then(() => say("works"), () => {});
    await delay(systemClock, 50, signal).catch(() => {});
  }
  say("yields");
});
say("ends");
Deno.exit(0);
