/**
 * Who may hold a Lease: the decision of client-go's leader election as pure functions.
 *
 * @module
 */
import type { LeaseSpec } from "../apis/coordination/v1.ts";
import { microTime } from "./micro_time.ts";
import { semanticEqual } from "./semantic_equal.ts";

/** What a candidate has seen of the Lease, and when by its own clock. */
export interface Observation {
  readonly spec: LeaseSpec;
  /** Monotonic milliseconds at which this content was first seen. */
  readonly at: number;
}

/**
 * Takes note of a Lease just read. Only a change of content starts the time anew: clocks of other
 * machines, which the times inside the Lease come from, are never compared with ours.
 */
export function observeLease(
  known: Observation | undefined,
  spec: LeaseSpec,
  now: number,
): Observation {
  return known !== undefined && semanticEqual(known.spec, spec) ? known : { spec, at: now };
}

/** Whether somebody else still holds the Lease. */
export function heldByOther({ spec, at }: Observation, identity: string, now: number): boolean {
  const { holderIdentity = "", leaseDurationSeconds = 0 } = spec;
  if (holderIdentity === "" || holderIdentity === identity) return false;
  return now < at + leaseDurationSeconds * 1000;
}

/** What a candidate writes. */
export interface LeaseClaim {
  readonly identity: string;
  readonly durationSeconds: number;
  /** Wall clock, milliseconds since 1970. */
  readonly now: number;
}

/** The Lease with which `claim.identity` takes, or keeps, leadership. */
export function claimedLease(present: LeaseSpec | undefined, claim: LeaseClaim): LeaseSpec {
  const time = microTime(claim.now);
  const keeps = present?.holderIdentity === claim.identity;
  const transitions = present?.leaseTransitions ?? 0;
  return {
    holderIdentity: claim.identity,
    leaseDurationSeconds: claim.durationSeconds,
    acquireTime: keeps ? present?.acquireTime ?? time : time,
    renewTime: time,
    // The first holder of a new Lease is no transition.
    leaseTransitions: keeps || present === undefined ? transitions : transitions + 1,
  };
}

/** The Lease as its holder leaves it behind, so that the next one need not wait. */
export function releasedLease(present: LeaseSpec, now: number): LeaseSpec {
  const time = microTime(now);
  return {
    holderIdentity: "",
    leaseDurationSeconds: 1,
    acquireTime: time,
    renewTime: time,
    leaseTransitions: present.leaseTransitions ?? 0,
  };
}
