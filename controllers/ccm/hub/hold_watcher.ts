/**
 * Follows whose tenant this is.
 *
 * @module
 */
import { type Namespace, namespaces } from "../../../apis/core/v1.ts";
import type { Addresses } from "../../../apis/kubelb/v1alpha1/mod.ts";
import { Backoff } from "../../../base/backoff.ts";
import { type Clock, delay } from "../../../base/clock.ts";
import { Listeners } from "../../../base/listeners.ts";
import type { Logger } from "../../../base/logger.ts";
import { isApiError } from "../../../kube/api_error.ts";
import type { KubeClient } from "../../../kube/client.ts";
import type { EventRecorder } from "../../../kube/event_recorder.ts";
import type { ObjectCache } from "../../../kube/object_cache.ts";
import { TroubleLog, troubleOf } from "../../../kube/trouble_log.ts";
import { anonymousCluster, type ClusterHold, clusterHold } from "./cluster_hold.ts";

/** What a {@linkcode HoldWatcher} works with. */
export interface HoldWatcherOptions {
  readonly tenant: Pick<KubeClient, "get">;
  readonly addresses: ObjectCache<Addresses>;
  /** Key of `Addresses/default`. */
  readonly addressesKey: string;
  readonly takeOver: boolean;
  readonly events: Pick<EventRecorder, "event">;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The shell around {@linkcode clusterHold}. */
export class HoldWatcher {
  readonly #changes = new Listeners<void>();
  #clusterUid: string | undefined;
  #kubeSystem: Namespace | undefined;
  #hold: ClusterHold = { kind: "unknown" };
  /**
   * Whether the tenant was ours once. From then on `takeOver` no longer counts: two clusters that
   * both carry it would otherwise take the tenant, and sweep it, in turn.
   */
  #hasHeld = false;

  constructor(private readonly options: HoldWatcherOptions) {}

  /** What this cluster may do in the hub now. */
  get hold(): ClusterHold {
    return this.#hold;
  }

  /** UID of `kube-system`; `undefined` while it is not known, or cannot be read. */
  get clusterUid(): string | undefined {
    return this.#clusterUid === anonymousCluster ? undefined : this.#clusterUid;
  }

  /** Calls `listener` whenever the hold changes. */
  subscribe(listener: () => void): Disposable {
    return this.#changes.subscribe(listener);
  }

  /** Follows the hub's record until `signal` fires. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    const { addresses } = this.options;
    const evaluate = () => this.#evaluate();
    using _changes = addresses.subscribe(evaluate);
    addresses.whenSynced(signal).then(evaluate, () => {});
    await this.#identify(signal);
    evaluate();
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener("abort", () => resolve(), { once: true });
    });
  }

  async #identify(signal: AbortSignal): Promise<void> {
    const { tenant, log, clock } = this.options;
    const backoff = new Backoff({ initial: 500, maximum: 10_000 });
    const troubles = new TroubleLog(log, clock, "the UID of namespace kube-system is known");
    while (!signal.aborted && this.#clusterUid === undefined) {
      try {
        this.#kubeSystem = await tenant.get(namespaces, { name: "kube-system" }, { signal });
        this.#clusterUid = this.#kubeSystem?.metadata.uid ?? anonymousCluster;
        troubles.recovered();
      } catch (error) {
        if (isApiError(error, "Forbidden")) {
          this.#clusterUid = anonymousCluster;
          log.warn(
            "this cluster cannot say who it is: objects left behind in the hub are not swept, and " +
              "another cluster that uses the same tenant is not noticed",
            { error },
          );
          return;
        }
        if (signal.aborted) return;
        troubles.report(troubleOf("the UID of namespace kube-system cannot be read yet", error));
        await delay(clock, backoff.next(), signal).catch(() => {});
      }
    }
  }

  #evaluate(): void {
    const { addresses, addressesKey, takeOver } = this.options;
    const before = this.#hold;
    this.#hold = clusterHold({
      clusterUid: this.#clusterUid,
      addressesSynced: addresses.synced,
      addresses: addresses.get(addressesKey),
      takeOver: takeOver && !this.#hasHeld,
    });
    if (this.#hold.kind === "held") this.#hasHeld = true;
    const holder = (hold: ClusterHold) => hold.kind === "refused" ? hold.holder : undefined;
    if (before.kind === this.#hold.kind && holder(before) === holder(this.#hold)) return;
    this.#tell();
    this.#changes.emit();
  }

  #tell(): void {
    const { log, events } = this.options;
    if (this.#hold.kind !== "refused") return log.debug("the tenant's hold", { ...this.#hold });
    const message = refusalText(this.#hold.holder, this.#clusterUid);
    log.error(message);
    if (this.#kubeSystem) events.event(this.#kubeSystem, "Warning", "TenantHeld", message);
  }
}

/** Says what is wrong and what to do; for log, event and `/readyz`. */
export function refusalText(holder: string, own: string | undefined): string {
  return `the tenant is used by another cluster (kube-system UID ${holder}, ours is ${own}): ` +
    `nothing is written; give each cluster a tenant of its own, or start once with --take-over ` +
    `if this cluster replaces the other`;
}
