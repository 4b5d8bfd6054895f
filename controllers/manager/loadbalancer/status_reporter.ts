/**
 * Writes the status of LoadBalancers, and the events that go with it.
 *
 * @module
 */
import type { Service } from "../../../apis/core/v1.ts";
import {
  type LoadBalancer,
  loadBalancers,
  type LoadBalancerStatus,
} from "../../../apis/kubelb/v1alpha1/mod.ts";
import { keyOf } from "../../../apis/meta/v1.ts";
import type { Clock } from "../../../base/clock.ts";
import type { KubeClient } from "../../../kube/client.ts";
import type { ReconcileResult } from "../../../kube/controller.ts";
import type { EventRecorder } from "../../../kube/event_recorder.ts";
import type { ObjectCache } from "../../../kube/object_cache.ts";
import { applyStatus } from "../../../kube/status.ts";
import { loadBalancerFieldManager } from "../hub/owned_fields.ts";
import type { Progress } from "../envoy_cp/acknowledgements.ts";
import type { DataPlaneView } from "./data_plane_view.ts";
import type { RuntimeKind } from "./hub_service.ts";
import { loadBalancerStatus, type Verdict } from "./load_balancer_status.ts";
import { isProgrammed, programmedVerdict } from "./programmed.ts";
import { StatusDelay } from "./status_delay.ts";
import { statusEvents } from "./status_events.ts";

/** What the reporter works with. */
export interface StatusReporterOptions {
  readonly client: Pick<KubeClient, "apply">;
  readonly loadBalancers: ObjectCache<LoadBalancer>;
  readonly dataPlane: DataPlaneView;
  readonly runtime: RuntimeKind;
  readonly events: EventRecorder;
  readonly clock: Clock;
}

/** When an Envoy that has not acknowledged is looked at again; milliseconds. */
const silenceCheck = 10_500;

/** The one part that writes status of LoadBalancers. */
export class StatusReporter {
  readonly #delay: StatusDelay;
  /** Conflicts that no written status tells yet: the next reconciliation finds them mended. */
  readonly #conflicts = new Map<string, Verdict>();

  constructor(private readonly options: StatusReporterOptions) {
    this.#delay = new StatusDelay(options.clock);
  }

  /** Writes what has changed, now or a moment later. */
  async report(
    loadBalancer: LoadBalancer,
    acceptance: Verdict,
    hubService: Service | undefined,
    signal: AbortSignal,
    portConflict?: Verdict,
  ): Promise<ReconcileResult | void> {
    const key = keyOf(loadBalancer.metadata);
    if (portConflict) this.#conflicts.set(key, portConflict);
    const progress = this.options.dataPlane.progress(key);
    const status = this.#status(loadBalancer, acceptance, hubService, progress);
    const wait = this.#delay.remaining(key, loadBalancer, status, progress);
    if (wait > 0) return { requeueAfter: wait };
    await this.#write(loadBalancer, status, signal);
    this.#conflicts.delete(key);
    const waiting = progress.kind === "waiting" && !isProgrammed(loadBalancer);
    return waiting && acceptance.status === "True" ? { requeueAfter: silenceCheck } : undefined;
  }

  /** The load balancer is gone. */
  forget(key: string): void {
    this.#delay.forget(key);
    this.#conflicts.delete(key);
  }

  #status(
    loadBalancer: LoadBalancer,
    acceptance: Verdict,
    hubService: Service | undefined,
    progress: Progress,
  ): LoadBalancerStatus {
    const { dataPlane, runtime, clock } = this.options;
    const { namespace = "", generation } = loadBalancer.metadata;
    const key = keyOf(loadBalancer.metadata);
    const state = dataPlane.state(key);
    const current = state?.generation === generation;
    const translated = current && (state?.resources.length ?? 0) > 0;
    const fleetProblem = dataPlane.fleetProblem(namespace);
    const paused = dataPlane.isPaused(namespace);
    return loadBalancerStatus({
      loadBalancer,
      acceptance,
      hubService,
      runtime,
      resolution: state?.evaluation?.resolution,
      hasEndpoints: state?.evaluation?.hasEndpoints ?? false,
      remark: current ? state?.evaluation?.remark : undefined,
      programmed: programmedVerdict({
        loadBalancer,
        acceptance,
        translated,
        progress,
        fleetProblem,
        paused,
      }),
      portConflict: this.#conflicts.get(key),
      now: new Date(clock.now()),
    });
  }

  async #write(
    loadBalancer: LoadBalancer,
    status: LoadBalancerStatus,
    signal: AbortSignal,
  ): Promise<void> {
    const { client, loadBalancers: cache, events } = this.options;
    const options = { fieldManager: loadBalancerFieldManager, signal };
    const updated = await applyStatus(client, loadBalancers, loadBalancer, status, options);
    if (updated === loadBalancer) return;
    cache.observe(updated);
    const before = loadBalancer.status?.conditions;
    for (const { type, reason, message } of statusEvents(before, status.conditions)) {
      events.event(loadBalancer, type, reason, message);
    }
  }
}
