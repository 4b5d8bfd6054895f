/**
 * Condition types and reasons of KubeLB's objects, and the one way to set a condition.
 *
 * @module
 */

import type { Condition } from "../meta/v1.ts";

/** Which aspect of an object a condition tells. */
export const conditionTypes = {
  /** The object does what it was made for. */
  ready: "Ready",
  /** The hub can serve the object as it is written. */
  accepted: "Accepted",
  /** Everything that the object refers to was found. */
  resourcesResolved: "ResourcesResolved",
  /** The load balancer has an address. */
  addressAssigned: "AddressAssigned",
  /** The Envoys have acknowledged the configuration of this generation (design §2.6). */
  programmed: "Programmed",
  /**
   * Only there after two objects held one listener port: True while this one has to give the port
   * up, False once it has another.
   */
  portConflict: "PortConflict",
  /** A SyncSecret has reached the hub. */
  synced: "Synced",
  /** What upstream writes on the parts of a Route. */
  resourceApplied: "ResourceAppliedSuccessfully",
} as const;

/** Why a condition has its status; upstream's reasons where upstream has one. */
export const conditionReasons = {
  ready: "Ready",
  accepted: "Accepted",
  resolved: "Resolved",
  assigned: "Assigned",
  programmed: "Programmed",
  pending: "Pending",
  /** Something in the object cannot be served; the message names the field. */
  invalid: "Invalid",
  /** The operator switched the feature off for this tenant. */
  disabled: "Disabled",
  /** The namespace belongs to no Tenant. */
  tenantNotFound: "TenantNotFound",
  /** Another, older object holds the port. */
  portConflict: "PortConflict",
  /** A port that an older object holds was given up for another. */
  portReassigned: "PortReassigned",
  /** No listener port is free. */
  portRangeExhausted: "PortRangeExhausted",
  /** The tenant's Envoy cannot listen on more. */
  tooManyPorts: "TooManyPorts",
  /** A Service that was not made for the load balancer has the name of its hub Service. */
  serviceConflict: "ServiceConflict",
  /** No address of the pool is free. */
  addressPoolExhausted: "AddressPoolExhausted",
  /** The requested address is outside the pool, or its ports are taken. */
  addressUnavailable: "AddressUnavailable",
  /** The load balancer's type gives it no address on this runtime. */
  addressUnsupported: "AddressUnsupported",
  /** An endpoint is in a range that the guard refuses (design §2.4). */
  forbiddenEndpoint: "ForbiddenEndpoint",
  /** The Addresses object that the endpoints refer to does not exist. */
  addressesNotFound: "AddressesNotFound",
  /** No address is left to send traffic to. */
  noEndpoints: "NoEndpoints",
  /** A host name of the endpoints does not resolve. */
  hostnameUnresolved: "HostnameUnresolved",
  /** No Envoy is connected. */
  noEnvoy: "NoEnvoy",
  /** The Envoy binary is missing, crashes or does not start. */
  envoyUnavailable: "EnvoyUnavailable",
  /** An Envoy refused the configuration. */
  rejected: "Rejected",
  reconciled: "Reconciled",
  reconciliationFailed: "ReconciliationFailed",
  terminating: "Terminating",
  synced: "Synced",
  syncFailed: "SyncFailed",
  installationSuccessful: "InstallationSuccessful",
  installationFailed: "InstallationFailed",
} as const;

/** One of the condition types. */
export type ConditionType = typeof conditionTypes[keyof typeof conditionTypes];

/** One of the condition reasons. */
export type ConditionReason = typeof conditionReasons[keyof typeof conditionReasons];

/** A condition without the time, which {@linkcode setCondition} knows. */
export type NewCondition = Omit<Condition, "lastTransitionTime">;

/** Characters of a message. The API takes 32 KiB, but a person who reads it would not. */
const messageLimit = 2_048;

/**
 * The conditions with `next` in its place: replaced where its type is, appended when new. The time
 * of the last transition stays when the status does. Answers the very same list when nothing
 * changed, so that a caller can see that there is nothing to write.
 *
 * @param now when the transition happened, if one did.
 */
export function setCondition(
  conditions: readonly Condition[] | undefined,
  next: NewCondition,
  now: Date,
): readonly Condition[] {
  const current = conditions?.find((condition) => condition.type === next.type);
  const condition: Condition = {
    ...next,
    message: shorten(next.message),
    lastTransitionTime: current?.status === next.status
      ? current.lastTransitionTime
      // Kubernetes' own times have whole seconds.
      : now.toISOString().replace(/\.\d+Z$/, "Z"),
  };
  if (current && equal(current, condition)) return conditions!;
  if (!current) return [...conditions ?? [], condition];
  return conditions!.map((other) => other === current ? condition : other);
}

/**
 * Messages quote what users wrote and what Envoy answered, which may be of any length; a message that
 * the API refuses would leave the object without any status. Beginning and end are kept: people put
 * the subject first, Envoy puts the cause last.
 */
function shorten(message: string): string {
  const characters = [...message];
  if (characters.length <= messageLimit) return message;
  const half = messageLimit / 2 - 1;
  return `${characters.slice(0, half).join("")} … ${characters.slice(-half).join("")}`.trim();
}

/** The condition of that type. */
export function findCondition(
  conditions: readonly Condition[] | undefined,
  type: string,
): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** Whether the condition of that type is True. */
export function isConditionTrue(
  conditions: readonly Condition[] | undefined,
  type: string,
): boolean {
  return findCondition(conditions, type)?.status === "True";
}

function equal(a: Condition, b: Condition): boolean {
  return a.status === b.status && a.reason === b.reason && a.message === b.message &&
    a.observedGeneration === b.observedGeneration && a.lastTransitionTime === b.lastTransitionTime;
}
