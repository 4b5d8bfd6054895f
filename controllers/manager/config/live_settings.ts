/**
 * Config and Tenants as they are now, and the endpoint guard that follows from them.
 *
 * @module
 */
import { defaultObjectName, tenantOfNamespace } from "../../../apis/kubelb/names.ts";
import type { Config, ConfigSpec, Tenant } from "../../../apis/kubelb/v1alpha1/mod.ts";
import { Listeners } from "../../../base/listeners.ts";
import type { Logger } from "../../../base/logger.ts";
import type { ObjectCache } from "../../../kube/object_cache.ts";
import { EndpointGuard } from "../endpoint_guard/endpoint_guard.ts";
import { endpointPolicyOf, type PolicyProblem } from "./endpoint_policy.ts";
import { resolveTenantSettings, type TenantSettings } from "./tenant_settings.ts";

/** Where the settings come from. */
export interface LiveSettingsOptions {
  readonly configs: ObjectCache<Config>;
  readonly tenants: ObjectCache<Tenant>;
  /** The manager's namespace. */
  readonly namespace: string;
  /** `--allowed-endpoint-cidrs`; valid, checked with the flags. */
  readonly allowedCidrs: readonly string[];
  readonly log: Logger;
}

/** Read live: what a getter returns is never older than the caches. */
export class LiveSettings implements Disposable {
  readonly #options: LiveSettingsOptions;
  /** Tells when Config or the hub's ranges have changed. */
  readonly changes = new Listeners<void>();
  readonly #subscription: Disposable;
  #hubCidrs: readonly string[] = [];
  #guard: EndpointGuard;
  #problems: readonly PolicyProblem[] = [];

  constructor(options: LiveSettingsOptions) {
    this.#options = options;
    this.#guard = this.#makeGuard();
    this.#subscription = options.configs.subscribe(({ object, previous, type }) => {
      // Our own writes of the status change nothing that is decided here.
      const same = object.metadata.generation === previous?.metadata.generation;
      if (type !== "updated" || !same) this.#refresh();
    });
  }

  /** The Config's spec; empty when there is no Config. */
  get config(): ConfigSpec {
    const { configs, namespace } = this.#options;
    return configs.get(`${namespace}/${defaultObjectName}`)?.spec ?? {};
  }

  /** Decides about endpoints. Another object after every change of the policy. */
  get guard(): EndpointGuard {
    return this.#guard;
  }

  /** Ranges in the Config that are none. */
  get problems(): readonly PolicyProblem[] {
    return this.#problems;
  }

  /** The Tenant whose namespace this is. */
  tenantOf(namespace: string): Tenant | undefined {
    const name = tenantOfNamespace(namespace);
    return name === undefined ? undefined : this.#options.tenants.get(name);
  }

  /** What holds for the tenant of a namespace; undefined when no tenant has it. */
  settingsOf(namespace: string): TenantSettings | undefined {
    const tenant = this.tenantOf(namespace);
    return tenant && resolveTenantSettings(this.config, tenant.spec);
  }

  /** Replaces the hub's own ranges. */
  setHubCidrs(cidrs: readonly string[]): void {
    if (cidrs.join() === this.#hubCidrs.join()) return;
    this.#hubCidrs = cidrs;
    this.#options.log.info("the hub's own ranges, refused as endpoints", { cidrs });
    this.#refresh();
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
  }

  #refresh(): void {
    this.#guard = this.#makeGuard();
    this.changes.emit();
  }

  #makeGuard(): EndpointGuard {
    const { allowedCidrs, log } = this.#options;
    const { policy, problems } = endpointPolicyOf(this.config, allowedCidrs, this.#hubCidrs);
    for (const { field, message } of problems) {
      log.error("a range of the Config's endpoint policy is ignored", { field, message });
    }
    this.#problems = problems;
    return new EndpointGuard(policy);
  }
}
