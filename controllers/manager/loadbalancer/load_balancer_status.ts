/**
 * The status of a LoadBalancer, as a function of what is known about it.
 *
 * @module
 */
import type { LoadBalancerIngress, Service } from "../../../apis/core/v1.ts";
import {
  conditionReasons as reasons,
  conditionTypes as types,
  findCondition,
  type NewCondition,
  setCondition,
} from "../../../apis/kubelb/conditions.ts";
import type {
  LoadBalancer,
  LoadBalancerStatus,
  LoadBalancerStatusPort,
} from "../../../apis/kubelb/v1alpha1/mod.ts";
import type { Condition } from "../../../apis/meta/v1.ts";
import type { Resolution } from "../envoy_cp/evaluation.ts";
import { addressConditionType } from "../host_load_balancer/address_condition.ts";
import type { RuntimeKind } from "./hub_service.ts";
import { withoutPastConflicts } from "./port_conflict.ts";
import { atAbsence } from "./tenant_absence.ts";

/** What a condition says, without type and times. */
export type Verdict = Pick<NewCondition, "status" | "reason" | "message">;

/** Everything the status depends on. */
export interface StatusInput {
  readonly loadBalancer: LoadBalancer;
  /** Whether the object can be served as it is written; see {@linkcode accepted}. */
  readonly acceptance: Verdict;
  /** Absent where there is none, or where the object may not use it. */
  readonly hubService: Service | undefined;
  readonly runtime: RuntimeKind;
  /** How the endpoints were found; absent while nobody has looked. */
  readonly resolution: Resolution | undefined;
  /** Whether at least one endpoint can take traffic. */
  readonly hasEndpoints: boolean;
  /** What is served otherwise than it is asked for. */
  readonly remark?: string | undefined;
  /** Absent leaves the condition as it is. */
  readonly programmed: Verdict | undefined;
  /** See `conflictVerdict`; undefined when there is no conflict now. */
  readonly portConflict: Verdict | undefined;
  readonly now: Date;
}

/** The verdict about an object that can be served. */
export const accepted: Verdict = {
  status: "True",
  reason: reasons.accepted,
  message: "the hub serves this load balancer",
};

/** The status as it should be; conditions that did not change keep their times. */
export function loadBalancerStatus(input: StatusInput): LoadBalancerStatus {
  const { loadBalancer, hubService } = input;
  const { generation = 0 } = loadBalancer.metadata;
  const ingress = hubService?.status?.loadBalancer?.ingress ?? [];
  const { hostname, conditions = [] } = loadBalancer.status ?? {};
  const present = input.portConflict
    ? conditions as readonly Condition[]
    : withoutPastConflicts(loadBalancer);
  return {
    observedGeneration: generation,
    conditions: conditionsOf(input, ingress).reduce(
      (list, [type, verdict]) =>
        setCondition(list, { type, observedGeneration: generation, ...verdict }, input.now),
      atAbsence(present, input.acceptance),
    ).slice(),
    loadBalancer: { ingress: ingress.slice() },
    service: {
      ports: (hubService?.spec.ports ?? []).map((port) => statusPort(loadBalancer, port)),
    },
    ...(hostname && { hostname }),
  };
}

function conditionsOf(
  input: StatusInput,
  ingress: readonly LoadBalancerIngress[],
): [type: string, verdict: Verdict][] {
  const { acceptance, programmed } = input;
  const address = addressVerdict(input, ingress);
  const resolved = resolvedVerdict(input.resolution);
  const serving: Verdict = input.hasEndpoints
    ? { status: "True", reason: reasons.ready, message: "traffic is served" }
    : { ...resolved, status: "False" };
  // Envoys that have not answered yet are no obstacle, those that refused or cannot run are.
  const held = programmed?.status === "False" ? [programmed] : [];
  const ready = [acceptance, address, serving, ...held].find(({ status }) => status !== "True") ??
    serving;
  return [
    [types.ready, { ...ready, status: ready.status === "True" ? "True" : "False" }],
    [types.accepted, withRemark(acceptance, input.remark)],
    [types.addressAssigned, address],
    [types.resourcesResolved, resolved],
    ...optional(types.programmed, programmed),
    ...optional(types.portConflict, input.portConflict),
  ];
}

function withRemark(verdict: Verdict, remark: string | undefined): Verdict {
  if (remark === undefined || verdict.status !== "True") return verdict;
  return { ...verdict, message: `${verdict.message}; ${remark}` };
}

function optional(type: string, verdict: Verdict | undefined): [string, Verdict][] {
  return verdict ? [[type, verdict]] : [];
}

function addressVerdict(input: StatusInput, ingress: readonly LoadBalancerIngress[]): Verdict {
  const { loadBalancer: { spec }, hubService, runtime } = input;
  if (ingress.length > 0) {
    const names = ingress.map(({ ip, hostname }) => ip ?? hostname).join(", ");
    return { status: "True", reason: reasons.assigned, message: names };
  }
  if (spec.type !== "LoadBalancer") return withoutAddress(spec.type ?? "ClusterIP", runtime);
  // The host runtime says on the Service why it has no address.
  const said = findCondition(hubService?.status?.conditions, addressConditionType);
  if (said && said.status !== "True") {
    return { status: "False", reason: said.reason, message: said.message };
  }
  const message = hubService
    ? "the hub's load balancer implementation has not assigned an address yet"
    : "there is no Service in the hub yet";
  return { status: "False", reason: reasons.pending, message };
}

function withoutAddress(type: string, runtime: RuntimeKind): Verdict {
  if (runtime === "kubernetes") {
    const message = `reached through the hub's Service of type ${type}`;
    return { status: "True", reason: reasons.assigned, message };
  }
  const message = `a load balancer of type ${type} gets no address where Envoys run on a host: ` +
    `set spec.type to LoadBalancer`;
  return { status: "False", reason: reasons.addressUnsupported, message };
}

function resolvedVerdict(resolution: Resolution | undefined): Verdict {
  if (resolution === undefined) {
    return { status: "Unknown", reason: reasons.pending, message: "endpoints not looked up yet" };
  }
  const { reason, message } = resolution;
  return { status: reason === reasons.resolved ? "True" : "False", reason, message };
}

function statusPort(
  { spec }: LoadBalancer,
  port: NonNullable<Service["spec"]["ports"]>[number],
): LoadBalancerStatusPort {
  const index = (spec.ports ?? []).findIndex((front) =>
    front.port === port.port && (front.protocol ?? "TCP") === (port.protocol ?? "TCP")
  );
  const backends = spec.endpoints[0]?.ports ?? [];
  const name = spec.ports?.[index]?.name;
  const backend = backends.find((candidate) => name && candidate.name === name) ?? backends[index];
  return { ...port, upstreamTargetPort: backend?.port ?? 0 };
}
