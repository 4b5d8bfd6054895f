/**
 * What makes the node addresses be reconciled, and what is remembered of nodes.
 *
 * @module
 */
import type { Node } from "../../../apis/core/v1.ts";
import { defaultObjectName } from "../../../apis/kubelb/names.ts";
import type { Addresses } from "../../../apis/kubelb/v1alpha1/mod.ts";
import type { Clock } from "../../../base/clock.ts";
import type { Logger } from "../../../base/logger.ts";
import type { Registry } from "../../../base/metrics.ts";
import { Controller } from "../../../kube/controller.ts";
import type { CacheEvent, ObjectCache } from "../../../kube/object_cache.ts";
import { semanticEqual } from "../../../kube/semantic_equal.ts";
import type { HoldWatcher } from "../hub/hold_watcher.ts";
import type { HubConnection } from "../hub/hub_connection.ts";
import { deletionTaint, excludeLabel } from "./node_addresses.ts";
import type { NodeReconciler } from "./node_reconciler.ts";

/**
 * The parts of a Node that decide whether it takes part. A node reports its state again and again:
 * without the rest, most reports are no change.
 */
export function slimNode({ apiVersion, kind, metadata, spec, status }: Node): Node {
  const { name, uid, resourceVersion, deletionTimestamp, labels } = metadata;
  const excluded = labels?.[excludeLabel];
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(uid && { uid }),
      ...(resourceVersion && { resourceVersion }),
      ...(deletionTimestamp && { deletionTimestamp }),
      ...(excluded !== undefined && { labels: { [excludeLabel]: excluded } }),
    },
    spec: { taints: (spec?.taints ?? []).filter(({ key }) => key === deletionTaint) },
    status: {
      addresses: status?.addresses ?? [],
      conditions: (status?.conditions ?? [])
        .filter(({ type }) => type === "Ready")
        .map(({ type, status }) => ({ type, status })),
    },
  };
}

/** What a {@linkcode NodeController} works with. */
export interface NodeControllerOptions {
  /** Filled through {@linkcode slimNode}. */
  readonly nodes: ObjectCache<Node>;
  readonly hubAddresses: ObjectCache<Addresses>;
  readonly connection: HubConnection;
  readonly hold: HoldWatcher;
  readonly reconciler: NodeReconciler;
  readonly log: Logger;
  readonly clock: Clock;
  readonly registry: Registry;
}

/** The one key: events of many nodes are one reconciliation. */
const key = defaultObjectName;

/** Follows the nodes, and heals what others change in the hub. */
export class NodeController {
  readonly #controller: Controller;

  constructor(private readonly options: NodeControllerOptions) {
    const { nodes, hubAddresses, reconciler, log, clock, registry } = options;
    this.#controller = new Controller({
      name: "node-controller",
      reconcile: (_key, context) => reconciler.reconcile(context),
      log,
      clock,
      metrics: registry,
    }).watch(nodes, (_node, event) => isNews(event) ? [key] : []).watch(
      hubAddresses,
      ({ metadata }) => metadata.name === key ? [key] : [],
    );
  }

  /** Runs until `signal` fires. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    const again = () => this.#controller.enqueue(key);
    using _recovery = this.options.connection.onRecovered(again);
    using _hold = this.options.hold.subscribe(again);
    // A cluster without nodes has no event that would say so.
    again();
    await this.#controller.run(signal);
  }
}

function isNews({ type, object, previous }: CacheEvent<Node>): boolean {
  if (type !== "updated" || previous === undefined) return true;
  const { resourceVersion: _new, ...now } = object.metadata;
  const { resourceVersion: _old, ...before } = previous.metadata;
  return !semanticEqual(
    { metadata: now, spec: object.spec, status: object.status },
    { metadata: before, spec: previous.spec, status: previous.status },
  );
}
