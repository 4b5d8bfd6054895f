/**
 * Tells how the pods of fleets are to be, and when that has changed.
 *
 * @module
 */
import type { Tenant } from "../../../apis/kubelb/v1alpha1/mod.ts";
import type { FleetSettings } from "../../../fleet/kubernetes/fleet_settings.ts";
import type { ObjectCache } from "../../../kube/object_cache.ts";
import { semanticEqual } from "../../../kube/semantic_equal.ts";
import { fleetSettings } from "./fleet_settings.ts";
import type { LiveSettings } from "./live_settings.ts";

/** Read live: what it returns is never older than the caches. */
export class FleetSettingsSource {
  constructor(
    private readonly settings: Pick<LiveSettings, "config" | "changes" | "tenantOf">,
    private readonly tenants: Pick<ObjectCache<Tenant>, "subscribe">,
  ) {}

  /** Those of a tenant's namespace; the hub's where there is no Tenant any more. */
  of(fleet: string): FleetSettings {
    return fleetSettings(this.settings.config, this.settings.tenantOf(fleet)?.spec ?? {});
  }

  /** Calls `listener` when some fleet's may have changed. */
  subscribe(listener: () => void): Disposable {
    const subscriptions = new DisposableStack();
    subscriptions.use(this.settings.changes.subscribe(listener));
    subscriptions.use(this.tenants.subscribe(({ object, previous, initial }) => {
      const { envoyProxy } = object.spec;
      if (!initial && !semanticEqual(envoyProxy, previous?.spec.envoyProxy)) listener();
    }));
    return subscriptions;
  }
}
