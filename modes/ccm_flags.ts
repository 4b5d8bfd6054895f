/**
 * The command line of the CCM; names and defaults are upstream's where upstream has them.
 *
 * @module
 */
import { nodeAddressTypes } from "../controllers/ccm/node/node_addresses.ts";
import {
  checkServerFlags,
  healthAddressDescription,
  logFlags,
  metricsAddressDescription,
} from "./common_flags.ts";
import { defineFlags, FlagError, type FlagValues, type ParsedFlags, parseFlags } from "./flags.ts";

/** First lines of `--help`. */
export const ccmUsage = `Usage: kubelb --mode=ccm --cluster-name=<tenant> [flags]

Runs in (or beside) a tenant cluster: watches its nodes and its Services of type LoadBalancer,
writes what the management cluster needs to serve them, and brings the addresses back.`;

/** All flags of the CCM. */
export const ccmFlags = defineFlags({
  "cluster-name": {
    type: "string",
    default: "",
    description: "The tenant's name in the management cluster, with or without the prefix " +
      '"tenant-". Required.',
  },
  "kubelb-kubeconfig": {
    type: "string",
    default: "",
    description: 'Path of the kubeconfig for the management cluster (the key "kubelb" of the ' +
      "Secret kubelb-ccm-kubeconfig in the tenant's namespace there). When empty: " +
      "$HOME/.kube/kubelb.",
  },
  "kubeconfig": {
    type: "string",
    default: "",
    env: "KUBECONFIG",
    description:
      "Path of the kubeconfig for the tenant cluster. When empty: the cluster that the " +
      "program runs in.",
  },
  "node-address-type": {
    type: "enum",
    values: nodeAddressTypes,
    default: "ExternalIP",
    description: "Which address of the nodes the management cluster can reach.",
  },
  "use-loadbalancer-class": {
    type: "boolean",
    default: false,
    description: 'Serve only Services with spec.loadBalancerClass "kubelb". When false, Services ' +
      "without a class are served too; those of another class never are.",
  },
  "enable-cloud-provider": {
    type: "boolean",
    default: true,
    description:
      "Give Services their addresses. When false, another implementation does, and the " +
      "addresses it gives are the endpoints of the load balancer in the management cluster.",
  },
  "take-over": {
    type: "boolean",
    default: false,
    description:
      "Use the tenant although another cluster has recorded itself as its user. Set it " +
      "once when this cluster replaces that one.",
  },
  "hub-unreachable-timeout": {
    type: "duration",
    default: 300_000,
    description:
      "How long the deletion of a Service waits for a management cluster that does not " +
      "answer. What is left there is removed when it answers again.",
  },
  "enable-leader-election": {
    type: "boolean",
    default: true,
    description: "Let one of several replicas do the work, by a Lease in the tenant cluster.",
  },
  "leader-election-namespace": {
    type: "string",
    default: "",
    description: "Namespace of that Lease. When empty: the pod's own, or the kubeconfig's, or " +
      "kube-system.",
  },
  "metrics-addr": {
    type: "string",
    default: ":9445",
    description: metricsAddressDescription,
  },
  "health-probe-bind-address": {
    type: "string",
    default: ":8082",
    description: healthAddressDescription,
  },
  ...logFlags,
});

/** The values of the flags. */
export type CcmOptions = FlagValues<typeof ccmFlags>;

/**
 * Reads the command line of the CCM.
 *
 * @throws {FlagError} when it cannot be followed.
 */
export function parseCcmFlags(
  args: readonly string[],
  env: (name: string) => string | undefined,
): ParsedFlags<typeof ccmFlags> {
  const parsed = parseFlags(ccmFlags, args, env);
  if (parsed.kind !== "values") return parsed;
  checkServerFlags(parsed.values);
  const name = parsed.values["cluster-name"];
  if (name === "") throw new FlagError("--cluster-name is required: the tenant's name");
  if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name)) {
    throw new FlagError(`--cluster-name: "${name}" is no name of a tenant (a-z, 0-9, -)`);
  }
  return parsed;
}
