/**
 * How long a status is held back because a better one is about to be known. A load balancer that
 * comes up then costs one status write instead of three.
 *
 * @module
 */
import type { LoadBalancer, LoadBalancerStatus } from "../../../apis/kubelb/v1alpha1/mod.ts";
import {
  conditionReasons,
  conditionTypes,
  findCondition,
} from "../../../apis/kubelb/conditions.ts";
import type { Clock } from "../../../base/clock.ts";
import type { Progress } from "../envoy_cp/acknowledgements.ts";
import { isProgrammed } from "./programmed.ts";

/** What is awaited, and for how long at most; milliseconds. */
const patience = {
  /**
   * Until there is an address. A first status waits, since one usually comes at once, and one that
   * has lost its address: a hub Service that somebody deleted comes back with the same, which is
   * known from this status.
   */
  address: 1_000,
  /** A new address waits for Envoy's acknowledgement, but it is what users wait for. */
  acknowledgementOfAddress: 10,
  /** Where the address stays, all that is news is that Envoy has taken the change. */
  acknowledgementOfChange: 100,
} as const;

type Awaited = keyof typeof patience;

/** Remembers per key what is awaited, and until when. */
export class StatusDelay {
  readonly #deadlines = new Map<string, { readonly what: Awaited; readonly until: number }>();

  constructor(private readonly clock: Clock) {}

  /** Milliseconds that `status` should still be held back; 0 says that it should be written. */
  remaining(
    key: string,
    loadBalancer: LoadBalancer,
    status: LoadBalancerStatus,
    progress: Progress,
  ): number {
    const what = awaited(loadBalancer, status, progress);
    if (what === undefined) {
      this.#deadlines.delete(key);
      return 0;
    }
    const now = this.clock.monotonic();
    let deadline = this.#deadlines.get(key);
    if (deadline?.what !== what) {
      this.#deadlines.set(key, deadline = { what, until: now + patience[what] });
    }
    return Math.max(0, deadline.until - now);
  }

  /** The load balancer is gone. */
  forget(key: string): void {
    this.#deadlines.delete(key);
  }
}

function awaited(
  loadBalancer: LoadBalancer,
  status: LoadBalancerStatus,
  progress: Progress,
): Awaited | undefined {
  const address = findCondition(status.conditions, conditionTypes.addressAssigned);
  const accepted = findCondition(status.conditions, conditionTypes.accepted);
  if (accepted?.status !== "True") return undefined;
  const had = loadBalancer.status?.loadBalancer?.ingress?.length ?? 0;
  if (address?.reason === conditionReasons.pending) {
    // In between it has been told that there is none, and nothing is news.
    return had > 0 || !loadBalancer.status?.conditions?.length ? "address" : undefined;
  }
  if (progress.kind !== "waiting" || isProgrammed(loadBalancer)) return undefined;
  const has = status.loadBalancer?.ingress?.length ?? 0;
  if (had === 0) return has > 0 ? "acknowledgementOfAddress" : undefined;
  return has > 0 ? "acknowledgementOfChange" : undefined;
}
