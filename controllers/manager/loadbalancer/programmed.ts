/**
 * The condition `Programmed` (design §2.6).
 *
 * @module
 */
import {
  conditionReasons as reasons,
  conditionTypes as types,
  findCondition,
} from "../../../apis/kubelb/conditions.ts";
import type { LoadBalancer } from "../../../apis/kubelb/v1alpha1/mod.ts";
import type { Progress } from "../envoy_cp/acknowledgements.ts";
import type { Verdict } from "./load_balancer_status.ts";

/** What is known about the Envoys of a load balancer. */
export interface ProgrammedInput {
  readonly loadBalancer: LoadBalancer;
  /** Whether the object can be served; see `accepted`. */
  readonly acceptance: Verdict;
  /** Whether the store holds the translation of this generation, and it is not empty. */
  readonly translated: boolean;
  readonly progress: Progress;
  /** Why the fleet has no Envoy, when the runtime knows. */
  readonly fleetProblem: string | undefined;
  /** Whether new and changed listeners wait until others have drained. */
  readonly paused: boolean;
}

/**
 * Reasons not to serve anything: what Envoys have acknowledged is taken from them. (The last good
 * configuration of an object that has become invalid stays.)
 */
const servesNothing: ReadonlySet<string> = new Set([
  reasons.disabled,
  reasons.tenantNotFound,
  reasons.terminating,
  reasons.tooManyPorts,
]);

/** Of the fleet: the load balancer may wait for something else, such as clusters that warm. */
const pause = "new and changed listeners wait until others that were changed or removed have " +
  "drained: Envoy has file descriptors for no more (LimitNOFILE)";

/**
 * Whether the condition is True for the present generation. From then on only a refusal ends that,
 * Envoy's or the hub's.
 */
export function isProgrammed({ status, metadata }: LoadBalancer): boolean {
  const said = findCondition(status?.conditions, types.programmed);
  return said?.observedGeneration === metadata.generation && said?.status === "True";
}

/**
 * What the condition should say; undefined leaves it as it is. Once True for a generation it does
 * not go back for Envoys that join, leave or reconnect, unless there is none that may serve it.
 */
export function programmedVerdict(input: ProgrammedInput): Verdict | undefined {
  const { loadBalancer, acceptance, translated, progress, fleetProblem, paused } = input;
  if (progress.kind === "rejected") {
    return { status: "False", reason: reasons.rejected, message: progress.message };
  }
  if (servesNothing.has(acceptance.reason)) return acceptance;
  if (isProgrammed(loadBalancer)) return undefined;
  // Envoys may hold the last good configuration, which is none of this generation.
  if (acceptance.status === "False") return acceptance;
  if (progress.kind === "no-envoy") {
    return fleetProblem === undefined
      ? {
        status: "Unknown",
        reason: reasons.noEnvoy,
        message: "no Envoy is connected",
      }
      : { status: "False", reason: reasons.envoyUnavailable, message: fleetProblem };
  }
  if (!translated) return pending("nothing to send to Envoy yet");
  if (progress.kind === "waiting") {
    const { acknowledged, connected } = progress;
    const counts = `${acknowledged}/${connected} Envoys have acknowledged`;
    return pending(paused ? `${counts}; ${pause}` : counts);
  }
  const { connected, silent } = progress;
  const counts = `${connected - silent.length}/${connected} Envoys have acknowledged`;
  const message = silent.length > 0 ? `${counts}; no answer from ${namesOf(silent)}` : counts;
  return { status: "True", reason: reasons.programmed, message };
}

/** `a, b ×3`: one node may have many streams. */
function namesOf(nodes: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const node of nodes) counts.set(node, (counts.get(node) ?? 0) + 1);
  return [...counts].map(([node, count]) => count === 1 ? node : `${node} ×${count}`).join(", ");
}

function pending(message: string): Verdict {
  return { status: "Unknown", reason: reasons.pending, message };
}
