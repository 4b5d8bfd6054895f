/**
 * Config and Tenants as they are now, and what follows from them: endpoint guard, port range.
 *
 * @module
 */
import type { IPFamily } from "../../../apis/core/v1.ts";
import { defaultObjectName, tenantOfNamespace } from "../../../apis/kubelb/names.ts";
import type {
  Config,
  ConfigSpec,
  LoadBalancer,
  Tenant,
} from "../../../apis/kubelb/v1alpha1/mod.ts";
import { Listeners } from "../../../base/listeners.ts";
import type { Logger } from "../../../base/logger.ts";
import { formatPortRange, type PortRange } from "../../../fleet/port_range.ts";
import type { ObjectCache } from "../../../kube/object_cache.ts";
import { EndpointGuard } from "../endpoint_guard/endpoint_guard.ts";
import type { ConfigProblem } from "./config_problem.ts";
import { defaultAnnotationProblems } from "./default_annotations.ts";
import { endpointPolicyOf } from "./endpoint_policy.ts";
import { listenerPortRange } from "./listener_port_range.ts";
import { loadBalancerClassProblems } from "./load_balancer_class.ts";
import { resolveTenantSettings, type TenantSettings } from "./tenant_settings.ts";

/** Where the settings come from. */
export interface LiveSettingsOptions {
  readonly configs: ObjectCache<Config>;
  readonly tenants: ObjectCache<Tenant>;
  /** The manager's namespace. */
  readonly namespace: string;
  /** `--allowed-endpoint-cidrs`; valid, checked with the flags. */
  readonly allowedCidrs: readonly string[];
  /** `--port-range`. */
  readonly portRange: PortRange;
  readonly log: Logger;
}

/** Read live: what a getter returns is never older than the caches. */
export class LiveSettings implements Disposable {
  readonly #options: LiveSettingsOptions;
  /** Tells when Config or the hub's ranges have changed. */
  readonly changes = new Listeners<void>();
  readonly #subscription: Disposable;
  #hubCidrs: readonly string[] = [];
  #serviceFamilies: readonly IPFamily[] = [];
  #guard: EndpointGuard;
  #portRange: PortRange;
  #problems: readonly ConfigProblem[] = [];

  constructor(options: LiveSettingsOptions) {
    this.#options = options;
    this.#portRange = options.portRange;
    this.#guard = this.#read();
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

  /** Where new listener ports come from. */
  get portRange(): PortRange {
    return this.#portRange;
  }

  /** Families that Services of the hub can have, the default first. */
  get serviceFamilies(): readonly IPFamily[] {
    return this.#serviceFamilies;
  }

  /** What in the Config cannot be used. */
  get problems(): readonly ConfigProblem[] {
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

  /** Whether a load balancer may be served: it and its tenant are there to stay, and allowed to. */
  allows({ metadata: { namespace = "", deletionTimestamp } }: LoadBalancer): boolean {
    const tenant = this.tenantOf(namespace);
    if (tenant === undefined || deletionTimestamp !== undefined) return false;
    return tenant.metadata.deletionTimestamp === undefined &&
      !resolveTenantSettings(this.config, tenant.spec).loadBalancer.disabled;
  }

  /** Replaces the hub's own ranges. */
  setHubCidrs(cidrs: readonly string[]): void {
    if (cidrs.join() === this.#hubCidrs.join()) return;
    this.#hubCidrs = cidrs;
    this.#options.log.info("the hub's own ranges, refused as endpoints", { cidrs });
    this.#refresh();
  }

  /** Replaces the families that Services of the hub can have. */
  setServiceFamilies(families: readonly IPFamily[]): void {
    if (families.join() === this.#serviceFamilies.join()) return;
    this.#serviceFamilies = families;
    this.changes.emit();
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
  }

  #refresh(): void {
    this.#guard = this.#read();
    this.changes.emit();
  }

  /** Reads the Config anew; returns the guard, and a new one each time. */
  #read(): EndpointGuard {
    const { allowedCidrs, log } = this.#options;
    const { policy, problems } = endpointPolicyOf(this.config, allowedCidrs, this.#hubCidrs);
    this.#problems = [
      ...problems,
      ...this.#readPortRange(),
      ...loadBalancerClassProblems(this.config),
      ...defaultAnnotationProblems(this.config),
    ];
    for (const { field, message } of this.#problems) {
      log.error("a field of the Config is ignored", { field, message });
    }
    return new EndpointGuard(policy);
  }

  #readPortRange(): ConfigProblem[] {
    const { portRange: flag, log } = this.#options;
    const { range, problems } = listenerPortRange(this.config, flag, this.#portRange);
    const before = formatPortRange(this.#portRange);
    const now = formatPortRange(this.#portRange = range);
    if (now !== before) log.info("new listener ports come from another range", { now, before });
    return problems;
  }
}
