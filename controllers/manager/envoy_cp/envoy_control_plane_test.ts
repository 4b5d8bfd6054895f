import assert from "node:assert/strict";
import type { Service } from "../../../apis/core/v1.ts";
import {
  hubServiceName,
  loadBalancerNameLabel,
  managedByLabel,
  managedByValue,
} from "../../../apis/kubelb/names.ts";
import type { Addresses, Config, LoadBalancer, Tenant } from "../../../apis/kubelb/v1alpha1/mod.ts";
import type { KubeObject } from "../../../apis/meta/v1.ts";
import { FakeClock } from "../../../base/fake_clock.ts";
import { createLogger } from "../../../base/logger.ts";
import { Listeners } from "../../../base/listeners.ts";
import { Registry } from "../../../base/metrics.ts";
import { ResourceStores } from "../../../envoy/xds/resource_stores.ts";
import type { FleetCapacity } from "../../../fleet/runtime.ts";
import { ObjectCache } from "../../../kube/object_cache.ts";
import { LiveSettings } from "../config/live_settings.ts";
import { byAddresses } from "../hub/hub_caches.ts";
import { hubServiceWith, loadBalancerWith } from "../loadbalancer/testdata.ts";
import { EnvoyControlPlane } from "./envoy_control_plane.ts";

const fleet = "tenant-acme";

const tenant: Tenant = {
  apiVersion: "kubelb.k8c.io/v1alpha1",
  kind: "Tenant",
  metadata: { name: "acme", resourceVersion: "1" },
  spec: {},
};

function cacheOf<T extends KubeObject>(...objects: T[]): ObjectCache<T> {
  const cache = new ObjectCache<T>({ indexers: { [byAddresses]: () => [] } });
  cache.replace(objects, "1");
  return cache;
}

/** One of the age that its name tells; it needs a single listener. */
function aged(age: number): LoadBalancer {
  const loadBalancer = loadBalancerWith({}, `lb-${age}`);
  const creationTimestamp = new Date(age * 1000).toISOString();
  return { ...loadBalancer, metadata: { ...loadBalancer.metadata, creationTimestamp } };
}

function serviceOf({ metadata: { name } }: LoadBalancer): Service {
  const service = hubServiceWith({});
  const labels = { [loadBalancerNameLabel]: name, [managedByLabel]: managedByValue };
  return { ...service, metadata: { ...service.metadata, name: hubServiceName(name), labels } };
}

/** A control plane of `count` load balancers, whose Envoy can listen for `listeners` of them. */
class Fixture implements AsyncDisposable {
  readonly caches;
  readonly plane: EnvoyControlPlane;
  /** Error messages. */
  readonly errors: string[] = [];
  readonly #statuses = new Listeners<string>();
  #capacity: FleetCapacity;
  readonly #settings: LiveSettings;
  readonly #end = new AbortController();
  #running: Promise<void> | undefined;

  constructor(count: number, listeners: number) {
    this.#capacity = { listeners, datagramClients: 100 };
    const present = Array.from({ length: count }, (_, age) => aged(age));
    this.caches = {
      tenants: cacheOf(tenant),
      configs: cacheOf<Config>(),
      namespaces: cacheOf(),
      loadBalancers: cacheOf(...present),
      addresses: cacheOf<Addresses>(),
      services: cacheOf(...present.map(serviceOf)),
    };
    const log = createLogger({
      level: "error",
      write: (line) => this.errors.push(JSON.parse(line).message),
    });
    this.#settings = new LiveSettings({
      configs: this.caches.configs,
      tenants: this.caches.tenants,
      namespace: "kubelb",
      allowedCidrs: [],
      portRange: { first: 10_000, last: 29_999 },
      log,
    });
    this.plane = new EnvoyControlPlane({
      caches: this.caches,
      settings: this.#settings,
      stores: new ResourceStores(),
      hostNames: {
        lookup: () => undefined,
        subscribe: () => new DisposableStack(),
        release: () => {},
      },
      runtime: {
        kind: "host",
        capacity: () => this.#capacity,
        accessLogPath: () => undefined,
        subscribe: (listener) =>
          this.#statuses.subscribe((name) => listener(name, { state: "starting" })),
      },
      log,
      clock: new FakeClock(),
      metrics: new Registry(),
    });
  }

  /** Translates, and follows changes from then on. */
  async run(): Promise<void> {
    assert(await this.plane.translate(this.#end.signal));
    this.#running = this.plane.run(this.#end.signal);
  }

  /** Its Envoy is started again and can listen for another number. */
  restart(listeners: number): void {
    this.#capacity = { ...this.#capacity, listeners };
    this.#statuses.emit(fleet);
  }

  /** Ages of those that there is no room for. */
  refused(): number[] {
    const keys = [...this.plane.keys()].filter((key) =>
      this.plane.state(key)?.evaluation?.refusedBeyond !== undefined
    );
    return keys.map((key) => Number(key.split("-").at(-1))).toSorted((a, b) => a - b);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#running;
    this.#settings[Symbol.dispose]();
  }
}

/** Resolves when nothing is left to be done, with how many were decided about in each turn. */
async function turnsUntil(plane: EnvoyControlPlane, done: () => boolean): Promise<number[]> {
  const turns: number[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  let decided = 0;
  using _decisions = plane.decisions.subscribe(() => {
    if (decided++ > 0) return;
    queueMicrotask(() => {
      turns.push(decided);
      decided = 0;
      if (done()) resolve();
    });
  });
  await promise;
  return turns;
}

Deno.test("whom a restarted Envoy has no room for is refused before it can ask", async () => {
  await using fixture = new Fixture(4, 4);
  await fixture.run();
  assert.deepEqual(fixture.refused(), []);
  fixture.restart(2);
  assert.deepEqual(fixture.refused(), [2, 3]);
});

Deno.test("room that one leaves is for the oldest that waits", async () => {
  await using fixture = new Fixture(4, 2);
  await fixture.run();
  assert.deepEqual(fixture.refused(), [2, 3]);
  const served = turnsUntil(fixture.plane, () => fixture.refused().length < 2);
  fixture.caches.loadBalancers.remove(aged(0));
  await served;
  assert.deepEqual(fixture.refused(), [3]);
});

Deno.test("many that find room are served in a turn each, and so are many that go", async () => {
  const count = 300;
  await using fixture = new Fixture(count, 10);
  await fixture.run();
  assert.equal(fixture.refused().length, count - 10);
  const served = turnsUntil(fixture.plane, () => fixture.refused().length === 0);
  fixture.restart(count);
  assert.equal(Math.max(...await served), 1);

  fixture.restart(10);
  fixture.errors.length = 0;
  const gone = turnsUntil(fixture.plane, () => [...fixture.plane.keys()].length === 0);
  for (const loadBalancer of fixture.caches.loadBalancers.list()) {
    fixture.caches.loadBalancers.remove(loadBalancer);
  }
  assert.equal(Math.max(...await gone), 1);
  assert.deepEqual(fixture.errors, []);
});
