/**
 * Writes the tenant's node addresses to the hub.
 *
 * @module
 */
import type { Node } from "../../../apis/core/v1.ts";
import { defaultObjectName } from "../../../apis/kubelb/names.ts";
import {
  type Addresses,
  addresses,
  type EndpointAddress,
} from "../../../apis/kubelb/v1alpha1/mod.ts";
import type { Clock } from "../../../base/clock.ts";
import type { Listeners } from "../../../base/listeners.ts";
import { applyDifferences } from "../../../kube/apply_differences.ts";
import type { KubeClient } from "../../../kube/client.ts";
import type { ReconcileContext, ReconcileResult } from "../../../kube/controller.ts";
import type { EventRecorder } from "../../../kube/event_recorder.ts";
import type { ObjectCache } from "../../../kube/object_cache.ts";
import type { CcmMetrics } from "../ccm_metrics.ts";
import { fieldManager } from "../field_manager.ts";
import { clusterUidAnnotation, mayWrite } from "../hub/cluster_hold.ts";
import type { HoldWatcher } from "../hub/hold_watcher.ts";
import type { HubConnection } from "../hub/hub_connection.ts";
import {
  nodeAddresses,
  type NodeAddressesResult,
  type NodeAddressType,
  type NodeTrouble,
} from "./node_addresses.ts";

/** What a {@linkcode NodeReconciler} works with. */
export interface NodeReconcilerOptions {
  readonly nodes: ObjectCache<Node>;
  readonly hubAddresses: ObjectCache<Addresses>;
  readonly hub: Pick<KubeClient, "apply">;
  readonly connection: HubConnection;
  readonly hold: HoldWatcher;
  /** `tenant-<name>`. */
  readonly tenantNamespace: string;
  readonly addressType: NodeAddressType;
  /** Told when there is another trouble, or none any more. */
  readonly troubles: Pick<Listeners<NodeTrouble | undefined>, "emit">;
  readonly events: Pick<EventRecorder, "event">;
  readonly metrics: CcmMetrics;
  readonly clock: Clock;
}

/** Milliseconds between two writes: a rack that goes is a few writes, not one a node. */
const writeInterval = 200;

/** There is one list for all nodes; every event leads to the same reconciliation. */
export class NodeReconciler {
  #lastWrite = -Infinity;
  #told: NodeTrouble | undefined;

  constructor(private readonly options: NodeReconcilerOptions) {}

  /** Makes `Addresses/default` in the hub list the nodes. @throws to be tried again. */
  async reconcile(context: ReconcileContext): Promise<ReconcileResult | void> {
    const { clock, metrics } = this.options;
    const start = clock.monotonic();
    let outcome: "success" | "error" = "error";
    try {
      const result = await this.#reconcile(context);
      outcome = "success";
      return result;
    } finally {
      metrics.node(outcome, (clock.monotonic() - start) / 1000);
    }
  }

  async #reconcile(context: ReconcileContext): Promise<ReconcileResult | void> {
    const { connection, hold, hubAddresses, clock, nodes, addressType } = this.options;
    if (!mayWrite(hold.hold) || !hubAddresses.synced || connection.lost) return;
    const result = nodeAddresses(nodes.list(), addressType);
    this.#tell(result, context);
    const present = hubAddresses.get(this.#key);
    const list = result.kind === "addresses" ? result.addresses : present?.spec.addresses;
    if (list === undefined || present?.metadata.deletionTimestamp) return;
    const changed = present ? applyDifferences(this.#desired(list), present) : ["everything"];
    if (changed.length === 0) return;
    const wait = this.#lastWrite + writeInterval - clock.monotonic();
    if (wait > 0) return { requeueAfter: wait };
    await this.#write(list, present === undefined, context);
    // What failed was no write: asking the queue for a pause would end its backoff.
    this.#lastWrite = clock.monotonic();
    context.log.info("wrote the node addresses", { addresses: list.length, changed });
  }

  get #key(): string {
    return `${this.options.tenantNamespace}/${defaultObjectName}`;
  }

  #desired(list: readonly EndpointAddress[]) {
    const { hold, tenantNamespace } = this.options;
    const uid = hold.clusterUid;
    return {
      metadata: {
        name: defaultObjectName,
        namespace: tenantNamespace,
        ...(uid && { annotations: { [clusterUidAnnotation]: uid } }),
      },
      spec: { addresses: [...list] },
    };
  }

  async #write(
    list: readonly EndpointAddress[],
    isNew: boolean,
    { signal }: ReconcileContext,
  ): Promise<void> {
    const { hub, connection, hubAddresses } = this.options;
    const answer = await connection.call(
      isNew ? "create" : "update",
      () => hub.apply(addresses, this.#desired(list), { fieldManager, signal }),
    );
    hubAddresses.observe(answer);
  }

  /** Once for each new trouble, and once when it is over. */
  #tell(result: NodeAddressesResult, { log }: ReconcileContext): void {
    const trouble = result.kind === "keep" ? result.reason : undefined;
    if (trouble === this.#told) return;
    this.#told = trouble;
    this.options.troubles.emit(trouble);
    if (result.kind !== "keep") return log.info("nodes have addresses");
    if (result.reason === "Empty") return log.info(result.message);
    log.warn(result.message, { reason: result.reason });
    const { node, reason, message } = result;
    if (node) this.options.events.event(node, "Warning", reason, message);
  }
}
