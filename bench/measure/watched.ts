/**
 * Objects of a cluster as its watch tells them: latency is measured without asking, since questions
 * would cost the API server what is to be measured.
 *
 * @module
 */
import type { KubeObject, ResourceType } from "../../apis/meta/v1.ts";
import { systemClock } from "../../base/clock.ts";
import { silentLogger } from "../../base/logger.ts";
import { KubeClient } from "../../kube/client.ts";
import { loadKubeconfig } from "../../kube/cluster_config.ts";
import { Informers } from "../../kube/informers.ts";
import type { ObjectCache } from "../../kube/object_cache.ts";

/** Watches objects of one type until disposed. */
export class Watched<T extends KubeObject> implements AsyncDisposable {
  private constructor(
    readonly cache: ObjectCache<T>,
    private readonly client: KubeClient,
    private readonly stop: AbortController,
    private readonly done: Promise<unknown>,
  ) {}

  /** Begins, and waits for the first list. */
  static async start<T extends KubeObject>(
    kubeconfig: string,
    type: ResourceType<T>,
  ): Promise<Watched<T>> {
    const config = await loadKubeconfig(kubeconfig);
    const client = new KubeClient(config, { name: "bench", log: silentLogger });
    const informers = new Informers(client, { log: silentLogger });
    const { cache } = informers.informer(type);
    const stop = new AbortController();
    const done = Promise.resolve(informers.start(stop.signal));
    await informers.whenSynced(stop.signal);
    return new Watched(cache, client, stop, done);
  }

  /**
   * The first result of `look` at the object, now or after one of its changes.
   *
   * @param key `namespace/name`.
   * @param deadline milliseconds.
   * @throws Error when the deadline passes first.
   */
  async until<R>(
    key: string,
    look: (object: T) => R | undefined,
    deadline: number,
  ): Promise<R> {
    const { promise, resolve, reject } = Promise.withResolvers<R>();
    const late = () => reject(new Error(`waited ${deadline} ms in vain for ${key}`));
    using _timer = systemClock.timer(late, deadline);
    using _subscription = this.cache.subscribe(({ object, type }) => {
      const { namespace, name } = object.metadata;
      if (type === "deleted" || `${namespace}/${name}` !== key) return;
      const result = look(object);
      if (result !== undefined) resolve(result);
    });
    return await promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop.abort();
    await this.done;
    this.client[Symbol.dispose]();
  }
}
