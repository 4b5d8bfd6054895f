/**
 * Applies objects by server-side apply, and only when that would change something.
 *
 * @module
 */
import { keyOf, type KubeObject, type ResourceType } from "../../../apis/meta/v1.ts";
import { applyDifferences } from "../../../kube/apply_differences.ts";
import type { Applied, KubeClient } from "../../../kube/client.ts";
import type { ObjectCache } from "../../../kube/object_cache.ts";

/** Writes objects of one field manager. */
export class Applier {
  constructor(
    private readonly client: Pick<KubeClient, "apply">,
    private readonly fieldManager: string,
  ) {}

  /**
   * Makes the object in the API hold everything that `desired` says.
   *
   * @param cache where the object is read from, and where the answer goes.
   * @returns the object as it is now.
   */
  async ensure<T extends KubeObject>(
    type: ResourceType<T>,
    cache: ObjectCache<T>,
    desired: T,
    signal: AbortSignal,
  ): Promise<T> {
    const present = cache.get(keyOf(desired.metadata));
    if (present !== undefined && applyDifferences(desired, present).length === 0) return present;
    const { fieldManager } = this;
    const applied = await this.client.apply(type, desired as unknown as Applied<T>, {
      fieldManager,
      signal,
    });
    cache.observe(applied);
    return applied;
  }
}
