/**
 * What the tests of `kube/` against a real API server share.
 *
 * @module
 */
import { silentLogger } from "../../base/logger.ts";
import type { Registry } from "../../base/metrics.ts";
import { KubeClient, type KubeClientOptions } from "../../kube/client.ts";
import { loadKubeconfig } from "../../kube/cluster_config.ts";
import { Informer, type InformerView } from "../../kube/informer.ts";
import type { KubeObject, ResourceType } from "../../apis/meta/v1.ts";

/** A client of the cluster that a kubeconfig names. Dispose it. */
export async function clientOf(
  kubeconfig: string,
  options: Partial<KubeClientOptions> = {},
): Promise<KubeClient> {
  const config = await loadKubeconfig(kubeconfig);
  return new KubeClient(config, { name: "test", log: silentLogger, ...options });
}

/** An informer that runs until it is disposed. */
export interface RunningInformer<T extends KubeObject> extends AsyncDisposable {
  readonly informer: Informer<T>;
}

/** Starts an informer and waits for its first list. */
export async function startInformer<T extends KubeObject>(
  client: KubeClient,
  type: ResourceType<T>,
  options: InformerView<T> & { readonly metrics?: Registry; readonly wait?: boolean } = {},
): Promise<RunningInformer<T>> {
  const informer = new Informer<T>(client, type, { log: silentLogger, ...options });
  const stop = new AbortController();
  const ended = informer.start(stop.signal);
  if (options.wait ?? true) await informer.cache.whenSynced(AbortSignal.timeout(20_000));
  return {
    informer,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
    },
  };
}
