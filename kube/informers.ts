/**
 * One informer for each view of a resource, however many parts ask for it.
 *
 * @module
 */
import type { KubeObject, ResourceType } from "../apis/meta/v1.ts";
import { systemClock } from "../base/clock.ts";
import type { ApiErrorReason } from "./api_error.ts";
import { Informer, type InformerCommon, type InformerView } from "./informer.ts";
import type { ReflectorClient } from "./reflector_client.ts";
import { resourceName } from "./resource_path.ts";
import { TroubleLog } from "./trouble_log.ts";

/** A cache that is not (or no longer) current, and why. */
export interface InformerTrouble {
  readonly resource: string;
  readonly synced: boolean;
  /** Absent: the first list is still to come. */
  readonly reason?: ApiErrorReason;
  readonly message: string;
}

/** The informers of one cluster. */
export class Informers {
  readonly #informers = new Map<string, Informer<KubeObject>>();
  readonly #indexers = new Map<string, Set<string>>();
  #signal: AbortSignal | undefined;
  readonly #common: InformerCommon;

  constructor(private readonly client: ReflectorClient, common: InformerCommon) {
    const { clock = systemClock } = common;
    const log = common.log.with({ cluster: client.name });
    this.#common = {
      ...common,
      outages: new TroubleLog(log, clock, "the API server answers again"),
    };
  }

  /**
   * The informer of a view; the first call for it makes it, and starts it when the others run.
   *
   * @throws when a later call wants indexes that the first did not: all parties of a shared cache
   *   must ask for the same ones.
   */
  informer<T extends KubeObject>(
    type: ResourceType<T>,
    view: InformerView<T> = {},
  ): Informer<T> {
    const { namespace = "", labelSelector = "", fieldSelector = "", indexers = {} } = view;
    const parts = [resourceName(type), type.version, namespace, labelSelector, fieldSelector];
    const id = JSON.stringify(parts);
    const known = this.#informers.get(id);
    if (known) {
      this.#checkIndexers(id, Object.keys(indexers), resourceName(type));
      return known as unknown as Informer<T>;
    }
    const informer = new Informer<T>(this.client, type, { ...view, ...this.#common });
    this.#informers.set(id, informer as unknown as Informer<KubeObject>);
    this.#indexers.set(id, new Set(Object.keys(indexers)));
    if (this.#signal) informer.start(this.#signal);
    return informer;
  }

  #checkIndexers(id: string, wanted: string[], resource: string): void {
    const missing = wanted.filter((name) => !this.#indexers.get(id)!.has(name));
    if (missing.length === 0) return;
    throw new Error(`the shared informer of ${resource} was made without index ${missing}`);
  }

  /** Runs all informers, later ones too, until `signal` fires; resolves when all have ended. */
  async start(signal: AbortSignal): Promise<void> {
    this.#signal = signal;
    const ended = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener("abort", () => resolve(), { once: true });
    });
    for (const informer of this.#informers.values()) informer.start(signal);
    await ended;
    await Promise.all([...this.#informers.values()].map((informer) => informer.start(signal)));
  }

  /** Resolves when every cache has its first list; rejects with the signal's reason. */
  async whenSynced(signal?: AbortSignal): Promise<void> {
    const informers = [...this.#informers.values()];
    await Promise.all(informers.map(({ cache }) => cache.whenSynced(signal)));
  }

  /** Whether every cache has its first list. */
  get synced(): boolean {
    return [...this.#informers.values()].every(({ cache }) => cache.synced);
  }

  /** What is not current, and why; empty while all is well. For `/readyz`. */
  troubles(): InformerTrouble[] {
    const troubles: InformerTrouble[] = [];
    for (const { type, cache, problem } of this.#informers.values()) {
      if (cache.synced && problem === undefined) continue;
      const why = problem ?? { message: "waiting for the first list" };
      troubles.push({ resource: resourceName(type), synced: cache.synced, ...why });
    }
    return troubles;
  }
}
