/**
 * Keeps the guard's picture of the hub's own ranges current.
 *
 * @module
 */
import { type Node, nodes, type Service } from "../../../apis/core/v1.ts";
import type { EndpointSlice } from "../../../apis/discovery/v1.ts";
import { type ServiceCIDR, serviceCIDRs } from "../../../apis/networking/v1.ts";
import { Backoff } from "../../../base/backoff.ts";
import { type Clock, delay } from "../../../base/clock.ts";
import type { Logger } from "../../../base/logger.ts";
import { isApiError } from "../../../kube/api_error.ts";
import type { KubeClient } from "../../../kube/client.ts";
import type { Informers } from "../../../kube/informers.ts";
import type { ObjectCache } from "../../../kube/object_cache.ts";
import { hubCidrs } from "./hub_cidrs.ts";
import { serviceFamilies } from "./service_families.ts";
import type { LiveSettings } from "./live_settings.ts";

/** What the discovery works with. */
export interface HubRangesOptions {
  readonly client: KubeClient;
  readonly services: ObjectCache<Service>;
  readonly apiServers: ObjectCache<EndpointSlice>;
  readonly nodes: ObjectCache<Node>;
  readonly settings: LiveSettings;
  readonly log: Logger;
  readonly clock: Clock;
}

/** Service ranges are set up once in the life of a cluster; milliseconds between two looks. */
const serviceRangeCheck = 10 * 60_000;

/** Nodes of the hub, reduced to their pod ranges: the rest is large and changes all the time. */
export function nodeRanges(informers: Informers): ObjectCache<Node> {
  const transform = ({ apiVersion, kind, metadata, spec = {} }: Node): Node => {
    const { name, uid = "", resourceVersion = "" } = metadata;
    const { podCIDR, podCIDRs } = spec;
    const ranges = { ...(podCIDR && { podCIDR }), ...(podCIDRs && { podCIDRs }) };
    return { apiVersion, kind, metadata: { name, uid, resourceVersion }, spec: ranges };
  };
  return informers.informer(nodes, { transform }).cache;
}

/** Discovers the ranges and tells the settings. */
export class HubRanges {
  #serviceCidrs: readonly ServiceCIDR[] = [];

  constructor(private readonly options: HubRangesOptions) {}

  /**
   * Looks until it has an answer; to be awaited before any endpoint is judged.
   *
   * @returns false when `signal` fired first.
   */
  async discover(signal: AbortSignal): Promise<boolean> {
    const { services, apiServers, nodes, log, clock } = this.options;
    const backoff = new Backoff({ initial: 200, maximum: 5_000 });
    while (!signal.aborted) {
      try {
        await Promise.all([services, apiServers, nodes].map((cache) => cache.whenSynced(signal)));
        await this.#readServiceCidrs(signal);
        this.#tell();
        return true;
      } catch (error) {
        if (signal.aborted) break;
        log.warn("cannot read the hub's own ranges; trying again", { error });
        await delay(clock, backoff.next(), signal).catch(() => {});
      }
    }
    return false;
  }

  /** Follows changes until `signal` fires. */
  async run(signal: AbortSignal): Promise<void> {
    const { apiServers, nodes, clock } = this.options;
    using _apiServers = apiServers.subscribe(({ initial }) => void (initial || this.#tell()));
    using _nodes = nodes.subscribe(({ type, object, previous }) => {
      // Nodes report every few seconds; their ranges never change.
      if (type !== "updated" || !sameRanges(object, previous)) this.#tell();
    });
    while (!signal.aborted) {
      try {
        await delay(clock, serviceRangeCheck, signal);
        await this.#readServiceCidrs(signal);
        this.#tell();
      } catch (error) {
        if (!signal.aborted) {
          this.options.log.warn("cannot read the hub's Service ranges", { error });
        }
      }
    }
  }

  #tell(): void {
    const { client, services, apiServers, nodes, settings } = this.options;
    const facts = {
      server: client.server,
      apiServers: apiServers.list(),
      kubernetes: services.get("default/kubernetes"),
      serviceCidrs: this.#serviceCidrs,
      nodes: nodes.list(),
    };
    settings.setHubCidrs(hubCidrs(facts));
    settings.setServiceFamilies(serviceFamilies(facts));
  }

  async #readServiceCidrs(signal: AbortSignal): Promise<void> {
    const { client, log } = this.options;
    try {
      this.#serviceCidrs = (await client.list(serviceCIDRs, { signal })).items;
    } catch (error) {
      // API servers before 1.33 do not have them; the address of Service kubernetes must do there.
      if (!isApiError(error, "ResourceMissing", "NotFound", "Forbidden")) throw error;
      log.warn("the hub's Service ranges cannot be read; allow no endpoints inside them", {
        error,
      });
    }
  }
}

function sameRanges(one: Node, other: Node | undefined): boolean {
  return JSON.stringify(one.spec) === JSON.stringify(other?.spec);
}
