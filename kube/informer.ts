/**
 * A cache that fills itself.
 *
 * @module
 */
import type { KubeObject, ResourceType } from "../apis/meta/v1.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import { Registry } from "../base/metrics.ts";
import { type Random, systemRandom } from "../base/random.ts";
import { type Indexers, ObjectCache } from "./object_cache.ts";
import { Reflector } from "./reflector.ts";
import type { ReflectorClient, Selection } from "./reflector_client.ts";
import { ReflectorMetrics } from "./reflector_metrics.ts";
import { resourceName } from "./resource_path.ts";
import type { Trouble, TroubleLog } from "./trouble_log.ts";

/** What all informers of a process have in common. */
export interface InformerCommon {
  readonly log: Logger;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly metrics?: Registry;
  /** Is told of what every informer of the cluster meets. */
  readonly outages?: TroubleLog;
}

/** Which objects, and how they are kept. */
export interface InformerView<T extends KubeObject> extends Selection {
  readonly indexers?: Indexers<T>;
  /** Applied to every object before it is stored. Default: drops `managedFields`. */
  readonly transform?: (object: T) => T;
}

/** Keeps an {@linkcode ObjectCache} equal to what the API server holds. */
export class Informer<T extends KubeObject> {
  readonly cache: ObjectCache<T>;
  readonly #reflector: Reflector<T>;
  #running: Promise<void> | undefined;

  constructor(
    client: ReflectorClient,
    readonly type: ResourceType<T>,
    options: InformerView<T> & InformerCommon,
  ) {
    const { namespace, labelSelector, fieldSelector, indexers, transform, log, outages } = options;
    const { clock = systemClock, random = systemRandom, metrics = new Registry() } = options;
    this.cache = new ObjectCache<T>({
      log,
      ...(indexers ? { indexers } : {}),
      ...(transform ? { transform } : {}),
    });
    this.#reflector = new Reflector<T>({
      client,
      type,
      cache: this.cache,
      log,
      clock,
      random,
      outages,
      metrics: new ReflectorMetrics(metrics, client.name, resourceName(type)),
      selection: {
        ...(namespace ? { namespace } : {}),
        ...(labelSelector ? { labelSelector } : {}),
        ...(fieldSelector ? { fieldSelector } : {}),
      },
    });
  }

  /**
   * Why the cache is not current, for `/readyz` and for people; `undefined` while all is well. Before
   * the first list without trouble the cache is simply not synced yet.
   */
  get problem(): Trouble | undefined {
    return this.#reflector.problem;
  }

  /** Fills the cache until `signal` fires; resolves then. Never throws. A second call is the first. */
  start(signal: AbortSignal): Promise<void> {
    return this.#running ??= this.#reflector.run(signal);
  }
}
