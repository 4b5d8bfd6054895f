/**
 * Writes a tenant's Services: our finalizer and our part of the status.
 *
 * @module
 */
import { type Service, services } from "../../../apis/core/v1.ts";
import { cleanupFinalizer, legacyServiceFinalizer } from "../../../apis/kubelb/names.ts";
import type { KubeClient } from "../../../kube/client.ts";
import { addFinalizer, removeFinalizer } from "../../../kube/finalizer.ts";
import type { ObjectCache } from "../../../kube/object_cache.ts";
import { applyStatus } from "../../../kube/status.ts";
import { fieldManager } from "../field_manager.ts";
import type { OwnStatus } from "./service_status.ts";

/** Every method answers the Service as it is after the write, and feeds the cache with it. */
export class TenantServices {
  constructor(
    private readonly client: Pick<KubeClient, "patch" | "apply">,
    private readonly cache: ObjectCache<Service>,
  ) {}

  /** Makes sure that the Service cannot go before the hub has been told. */
  async hold(service: Service, signal: AbortSignal): Promise<Service> {
    const held = await addFinalizer(this.client, services, service, cleanupFinalizer, { signal });
    const upgraded = await removeFinalizer(
      this.client,
      services,
      held,
      legacyServiceFinalizer,
      { signal },
    ) ?? held;
    return this.#observe(upgraded, service);
  }

  /** Lets the Service go; `undefined` when it is gone. */
  async release(service: Service, signal: AbortSignal): Promise<Service | undefined> {
    let current: Service | undefined = service;
    for (const finalizer of [cleanupFinalizer, legacyServiceFinalizer]) {
      if (current === undefined) return undefined;
      current = await removeFinalizer(this.client, services, current, finalizer, { signal });
    }
    return current && this.#observe(current, service);
  }

  /** Writes what {@linkcode serviceStatusChange} found due. */
  async writeStatus(service: Service, status: OwnStatus, signal: AbortSignal): Promise<Service> {
    const answer = await applyStatus(this.client, services, service, status, {
      fieldManager,
      signal,
    });
    return this.#observe(answer, service);
  }

  #observe(answer: Service, before: Service): Service {
    if (answer !== before) this.cache.observe(answer);
    return answer;
  }
}
