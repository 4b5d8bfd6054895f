/**
 * What the hub says is wrong with a load balancer, for the user who cannot look there. Pure.
 *
 * @module
 */
import {
  conditionReasons,
  conditionTypes,
  findCondition,
} from "../../../apis/kubelb/conditions.ts";
import type { LoadBalancer } from "../../../apis/kubelb/v1alpha1/mod.ts";

/** Why a Service is not served as it asks to be. */
export interface HubProblem {
  /** The hub's own reason, e.g. `AddressPoolExhausted`. */
  readonly reason: string;
  readonly message: string;
}

/** In the order in which a load balancer comes up: the first that fails explains the others. */
const telling = [
  conditionTypes.accepted,
  conditionTypes.addressAssigned,
  conditionTypes.resourcesResolved,
  conditionTypes.programmed,
];

/** Every load balancer passes through these; they are worth nobody's attention. */
const passing: readonly string[] = [conditionReasons.pending, conditionReasons.noEnvoy];

/**
 * The first condition of the hub's object that is False, or `undefined` when all is well, not known
 * yet, or told of an older generation. Upstream's manager writes no conditions: nothing is known.
 *
 * @param nodeProblem asked when the hub has no addresses: the hub cannot know why.
 */
export function hubProblem(
  loadBalancer: LoadBalancer | undefined,
  nodeProblem: () => string | undefined = () => undefined,
): HubProblem | undefined {
  for (const type of telling) {
    const condition = findCondition(loadBalancer?.status?.conditions, type);
    if (condition?.status !== "False" || passing.includes(condition.reason)) continue;
    const { reason, message, observedGeneration } = condition;
    const { generation = 0 } = loadBalancer!.metadata;
    if (observedGeneration !== undefined && observedGeneration < generation) return undefined;
    const cause = reason === conditionReasons.addressesNotFound ? nodeProblem() : undefined;
    return { reason, message: cause === undefined ? message : `${cause} (the hub: ${message})` };
  }
  return undefined;
}
