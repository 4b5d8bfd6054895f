/**
 * An informer behind the fault proxy, beside a client that goes straight to the API server.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type ConfigMap, configMaps, namespaces } from "../../apis/core/v1.ts";
import { keyOf } from "../../apis/meta/v1.ts";
import type { Clock } from "../../base/clock.ts";
import { Registry } from "../../base/metrics.ts";
import type { KubeClient } from "../../kube/client.ts";
import type { Informer } from "../../kube/informer.ts";
import type { CacheEvent } from "../../kube/object_cache.ts";
import { type ControlPlane, eventually, FaultProxy, type Matcher } from "../harness/mod.ts";
import { clientOf, startInformer } from "./test_client.ts";

/** Choices of {@linkcode startMirror}. */
export interface MirrorOptions {
  readonly namespace: string;
  readonly clock?: Clock;
  /** Milliseconds for one request. */
  readonly timeout?: number;
  /** Called before the informer starts: faults of the first list. */
  readonly before?: (proxy: FaultProxy, direct: KubeClient) => unknown;
}

/** Everything a test of faults looks at. */
export interface Mirror extends AsyncDisposable {
  readonly namespace: string;
  readonly proxy: FaultProxy;
  readonly direct: KubeClient;
  readonly informer: Informer<ConfigMap>;
  /** What the subscriber was told since the first list. */
  readonly told: CacheEvent<ConfigMap>[];
  /** The present value of one of the reflector's counters, all labels together. */
  count(metric: string, labels?: Readonly<Record<string, string>>): Promise<number>;
  /**
   * Waits until cache, index and subscriber's view equal what the API server holds.
   *
   * @returns milliseconds.
   */
  converged(): Promise<number>;
  /** Requests so far that match. */
  requested(match: Matcher): number;
}

/** Values by which the mirror's cache is indexed. */
const indexers = { value: (object: ConfigMap) => Object.values(object.data ?? {}) };

/** Starts a proxy and an informer of the ConfigMaps of one namespace behind it. */
export async function startMirror(plane: ControlPlane, options: MirrorOptions): Promise<Mirror> {
  const { namespace, clock, timeout, before } = options;
  await using parts = new AsyncDisposableStack();
  const direct = parts.use(await clientOf(plane.adminKubeconfig));
  await direct.apply(namespaces, { metadata: { name: namespace } }, { fieldManager: "test" });
  const proxy = parts.use(await FaultProxy.start(plane));
  await before?.(proxy, direct);
  const metrics = new Registry();
  const client = parts.use(
    await clientOf(await proxy.kubeconfig(), {
      ...(clock ? { clock } : {}),
      ...(timeout ? { timeout } : {}),
    }),
  );
  const { informer, [Symbol.asyncDispose]: end } = await startInformer(client, configMaps, {
    namespace,
    metrics,
    indexers,
    ...(clock ? { clock } : {}),
  });
  parts.defer(end);
  const told: CacheEvent<ConfigMap>[] = [];
  const view = new Map<string, string>();
  parts.use(informer.cache.subscribe((event) => {
    if (!event.initial) told.push(event);
    const key = keyOf(event.object.metadata);
    if (event.type === "deleted") view.delete(key);
    else view.set(key, event.object.metadata.resourceVersion!);
  }));
  const owned = parts.move();
  return {
    namespace,
    proxy,
    direct,
    informer,
    told,
    count: (metric, labels = {}) => counted(metrics, metric, labels),
    converged: () => convergence(direct, namespace, informer, view),
    requested: (match) => proxy.requests.filter(match).length,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function counted(
  registry: Registry,
  name: string,
  labels: Readonly<Record<string, string>>,
): Promise<number> {
  const { values } = await registry.getSingleMetric(name)!.get();
  const wanted = Object.entries(labels);
  return values.filter((value) => wanted.every(([key, text]) => value.labels[key] === text))
    .reduce((sum, { value }) => sum + value, 0);
}

async function convergence(
  direct: KubeClient,
  namespace: string,
  { cache }: Informer<ConfigMap>,
  view: ReadonlyMap<string, string>,
): Promise<number> {
  const start = performance.now();
  await eventually(async () => {
    const { items } = await direct.list(configMaps, { namespace });
    const versions = (objects: readonly ConfigMap[]) =>
      objects.map(({ metadata }) => `${keyOf(metadata)} ${metadata.resourceVersion}`).sort();
    const truth = versions(items);
    assert.deepEqual(versions(cache.list()), truth, "the cache");
    assert.deepEqual([...view].map(([key, version]) => `${key} ${version}`).sort(), truth, "view");
    for (const item of items) {
      for (const value of indexers.value(item)) {
        const expected = items.filter((other) => indexers.value(other).includes(value));
        assert.deepEqual(versions(cache.byIndex("value", value)), versions(expected), "the index");
      }
    }
    return true;
  }, { deadline: 20_000, describe: "the cache to equal the API server" });
  return performance.now() - start;
}
