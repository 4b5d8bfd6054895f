/**
 * Writes a tenant's LoadBalancers in the hub: adoption, server-side apply, removal.
 *
 * @module
 */
import { type LoadBalancer, loadBalancers } from "../../../apis/kubelb/v1alpha1/mod.ts";
import type { Clock } from "../../../base/clock.ts";
import type { Logger } from "../../../base/logger.ts";
import { adoptedManagedFields, managedFieldsPatch, needsAdoption } from "../../../kube/adoption.ts";
import { applyDifferences } from "../../../kube/apply_differences.ts";
import type { KubeClient } from "../../../kube/client.ts";
import type { ObjectCache } from "../../../kube/object_cache.ts";
import { fieldManager } from "../field_manager.ts";
import { ownedButUndesired } from "../owned_fields.ts";
import type { HubConnection } from "./hub_connection.ts";
import { additiveFields, undeclaredFields, withoutFields } from "./unknown_fields.ts";

/** What {@linkcode HubLoadBalancers} works with. */
export interface HubLoadBalancersOptions {
  readonly client: Pick<KubeClient, "get" | "apply" | "patch" | "delete">;
  readonly cache: ObjectCache<LoadBalancer>;
  readonly connection: HubConnection;
  /** `tenant-<name>`. */
  readonly tenantNamespace: string;
  readonly clock: Clock;
}

/** What came of {@linkcode HubLoadBalancers.ensure}. */
export type EnsureResult =
  /** The hub holds what it should; nothing was written. */
  | { readonly kind: "unchanged"; readonly missing: readonly string[] }
  /** It was written; `missing` fields are unknown to the hub and were left out. */
  | { readonly kind: "written"; readonly missing: readonly string[] }
  /** The old object is still being deleted; its end brings us back. */
  | { readonly kind: "terminating" };

/** After this many milliseconds a hub that lacks a field is asked again: it may be upgraded. */
export const askAgainAfter = 10 * 60_000;

/** The LoadBalancers of one tenant, by the UID of their Service. */
export class HubLoadBalancers {
  /** Fields that the hub does not know, and when (monotonic) that was learnt. */
  readonly #undeclared = new Map<string, number>();

  constructor(private readonly options: HubLoadBalancersOptions) {}

  /** The LoadBalancer of the Service with this UID, as the hub last showed it. */
  get(uid: string): LoadBalancer | undefined {
    return this.options.cache.get(`${this.options.tenantNamespace}/${uid}`);
  }

  /**
   * Makes the hub hold `desired`; writes only when something differs.
   *
   * @throws {ApiError} when the hub refuses or does not answer.
   */
  async ensure(
    desired: LoadBalancer,
    context: { signal: AbortSignal; log: Logger },
  ): Promise<EnsureResult> {
    const actual = this.get(desired.metadata.name);
    if (actual?.metadata.deletionTimestamp) return { kind: "terminating" };
    this.#forgetOld();
    const wanted = withoutFields(desired, this.#undeclared.keys());
    const changed = actual === undefined ? ["everything"] : [
      ...applyDifferences(wanted, actual),
      ...ownedButUndesired(actual, wanted, fieldManager),
    ];
    if (changed.length > 0) {
      if (actual !== undefined && needsAdoption(actual, fieldManager)) {
        await this.#adopt(actual, context.signal);
      }
      const answer = await this.#apply(wanted, actual === undefined, context.signal);
      context.log.info("wrote the LoadBalancer", { loadBalancer: desired.metadata.name, changed });
      // Handed over last: the cache keeps the object and may change it.
      this.options.cache.observe(answer);
    }
    const missing = this.#missing(desired);
    return { kind: changed.length > 0 ? "written" : "unchanged", missing };
  }

  /** Whether the hub was seen without a LoadBalancer of the Service with this UID, or removing it. */
  isRemoved(uid: string): boolean {
    const known = this.get(uid);
    // Without a synced cache nobody knows whether there is one: the hub has to be asked.
    return known === undefined ? this.options.cache.synced : !!known.metadata.deletionTimestamp;
  }

  /**
   * Removes the LoadBalancer of the Service with this UID; returns as soon as the hub has accepted.
   * The hub's finalizer holds the object until everything behind it is gone.
   *
   * @throws {ApiError} when the hub refuses or does not answer.
   */
  async remove(uid: string, signal: AbortSignal): Promise<void> {
    if (this.isRemoved(uid)) return;
    const name = { namespace: this.options.tenantNamespace, name: uid };
    const { client, connection } = this.options;
    await connection.call("delete", () => client.delete(loadBalancers, name, { signal }));
  }

  async #adopt(actual: LoadBalancer, signal: AbortSignal): Promise<void> {
    const { client, connection } = this.options;
    const name = { namespace: this.options.tenantNamespace, name: actual.metadata.name };
    // The cache keeps no fields of others.
    const current = await connection.call("get", () => client.get(loadBalancers, name, { signal }));
    const managedFields = current &&
      adoptedManagedFields(current, fieldManager, ["spec", "endpoints"]);
    if (managedFields === undefined) return;
    const json = managedFieldsPatch(current!, managedFields);
    await connection.call(
      "update",
      () => client.patch(loadBalancers, name, { json }, { signal }),
    );
  }

  async #apply(wanted: LoadBalancer, isNew: boolean, signal: AbortSignal): Promise<LoadBalancer> {
    const { client, connection, clock } = this.options;
    const operation = isNew ? "create" : "update";
    try {
      const answer = await connection.call(
        operation,
        () => client.apply(loadBalancers, wanted, { fieldManager, signal }),
      );
      for (const path of prunedFields(wanted, answer)) {
        this.#undeclared.set(path, clock.monotonic());
      }
      return answer;
    } catch (error) {
      const undeclared = undeclaredFields(error);
      if (undeclared.length === 0) throw error;
      for (const path of undeclared) this.#undeclared.set(path, clock.monotonic());
      return await this.#apply(withoutFields(wanted, undeclared), isNew, signal);
    }
  }

  #forgetOld(): void {
    const oldest = this.options.clock.monotonic() - askAgainAfter;
    for (const [path, learnt] of this.#undeclared) {
      if (learnt <= oldest) this.#undeclared.delete(path);
    }
  }

  #missing(desired: LoadBalancer): string[] {
    const spec = desired.spec as unknown as Record<string, unknown>;
    return [...this.#undeclared.keys()]
      .filter((path) => spec[path.slice("spec.".length)] !== undefined);
  }
}

/** Additive fields that were sent and are not in the answer: the hub pruned them. */
function prunedFields(sent: LoadBalancer, answer: LoadBalancer): string[] {
  return applyDifferences(sent, answer).filter((path) =>
    additiveFields.includes(path) && !(path.slice("spec.".length) in answer.spec)
  );
}
