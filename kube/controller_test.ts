import assert from "node:assert/strict";
import type { KubeObject } from "../apis/meta/v1.ts";
import { keyOf } from "../apis/meta/v1.ts";
import { FakeClock } from "../base/fake_clock.ts";
import { createLogger, silentLogger } from "../base/logger.ts";
import { Registry } from "../base/metrics.ts";
import { ApiError } from "./api_error.ts";
import { Controller, type ControllerOptions } from "./controller.ts";
import { ObjectCache } from "./object_cache.ts";

function thing(key: string, version = 1, refers = ""): KubeObject {
  const [namespace, name] = key.split("/") as [string, string];
  return {
    apiVersion: "v1",
    kind: "Thing",
    metadata: { namespace, name, resourceVersion: String(version), labels: { refers } },
  };
}

const keysOf = (object: KubeObject) => [keyOf(object.metadata)];

interface Started extends AsyncDisposable {
  readonly controller: Controller;
  readonly clock: FakeClock;
  readonly registry: Registry;
  readonly lines: string[];
  readonly running: Promise<void>;
  stop(): void;
}

/** A controller that runs, and is stopped at the end of the test. */
function start(
  options: Partial<ControllerOptions> & Pick<ControllerOptions, "reconcile">,
  prepare: (controller: Controller) => void = () => {},
): Started {
  const clock = new FakeClock();
  const registry = new Registry();
  const lines: string[] = [];
  const log = createLogger({ level: "debug", clock, write: (line) => lines.push(line) });
  const controller = new Controller({ name: "test", log, clock, metrics: registry, ...options });
  prepare(controller);
  const stop = new AbortController();
  const running = controller.run(stop.signal);
  return {
    controller,
    clock,
    registry,
    lines,
    running,
    stop: () => stop.abort(),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await clock.advance(10_000);
      await running;
      assert.equal(clock.pending, 0, "a timer is left");
    },
  };
}

async function metric(registry: Registry, line: string): Promise<void> {
  const text = await registry.metrics();
  assert(
    text.split("\n").includes(line),
    `no "${line}" in\n${text.match(/^controller_.*$/gm)?.join("\n")}`,
  );
}

Deno.test("nothing is reconciled before every watched cache has its first list", async () => {
  const first = new ObjectCache<KubeObject>();
  const second = new ObjectCache<KubeObject>();
  const done: string[] = [];
  const reconcile = async (key: string) => void done.push(key);
  await using run = start({ reconcile }, (c) => c.watch(first, keysOf).watch(second, keysOf));
  first.replace([thing("a/x")], "5");
  await run.clock.advance(0);
  assert.deepEqual(done, []);
  second.replace([], "5");
  await run.clock.advance(0);
  assert.deepEqual(done, ["a/x"]);
});

Deno.test("events of a cache become keys; on an update the previous object counts too", async () => {
  const cache = new ObjectCache<KubeObject>();
  cache.replace([thing("a/x", 1, "old")], "5");
  const done: string[] = [];
  await using run = start(
    { reconcile: async (key) => void done.push(key) },
    (controller) => controller.watch(cache, (object) => [object.metadata.labels!["refers"]!]),
  );
  await run.clock.advance(0);
  done.length = 0;
  cache.set(thing("a/x", 6, "new"));
  await run.clock.advance(0);
  assert.deepEqual(done.toSorted(), ["new", "old"]);
});

Deno.test("a live change overtakes the backlog of the first list", async () => {
  const cache = new ObjectCache<KubeObject>();
  cache.replace(["a/1", "a/2", "a/3"].map((key) => thing(key)), "5");
  const done: string[] = [];
  const gate = Promise.withResolvers<void>();
  await using run = start({
    reconcile: async (key) => {
      done.push(key);
      await gate.promise;
    },
  }, (controller) => controller.watch(cache, keysOf));
  await run.clock.advance(0);
  cache.set(thing("a/live", 6));
  gate.resolve();
  await run.clock.advance(0);
  assert.deepEqual(done, ["a/1", "a/live", "a/2", "a/3"]);
});

Deno.test("an error is retried with growing delay until it is well", async () => {
  const at: number[] = [];
  await using run = start({
    reconcile: async () => {
      at.push(run.clock.monotonic());
      if (at.length < 4) throw new Error("not yet");
    },
  });
  run.controller.enqueue("a/x");
  await run.clock.advance(1000);
  assert.deepEqual(at, [0, 5, 15, 35]);
  await metric(
    run.registry,
    `controller_runtime_reconcile_total{controller="test",result="error"} 3`,
  );
  await metric(
    run.registry,
    `controller_runtime_reconcile_total{controller="test",result="success"} 1`,
  );
  await metric(run.registry, `controller_runtime_reconcile_errors_total{controller="test"} 3`);
});

Deno.test("requeueAfter runs again later, and counts as well", async () => {
  const at: number[] = [];
  await using run = start({
    reconcile: async () => {
      at.push(run.clock.monotonic());
      return at.length < 3 ? { requeueAfter: 100 } : undefined;
    },
  });
  run.controller.enqueue("a/x");
  await run.clock.advance(1000);
  assert.deepEqual(at, [0, 100, 200]);
  const name = `controller_runtime_reconcile_total{controller="test",result="requeue_after"}`;
  await metric(run.registry, `${name} 2`);
});

Deno.test("requeueAfter forgets earlier failures", async () => {
  const at: number[] = [];
  await using run = start({
    reconcile: async () => {
      at.push(run.clock.monotonic());
      if (at.length === 1 || at.length === 2 || at.length === 4) throw new Error("not yet");
      return at.length === 3 ? { requeueAfter: 85 } : undefined;
    },
  });
  run.controller.enqueue("a/x");
  await run.clock.advance(1000);
  assert.deepEqual(at, [0, 5, 15, 100, 105]);
});

Deno.test("a bug in a reconciler, thrown or rejected, ends neither worker nor process", async () => {
  let runs = 0;
  await using run = start({
    reconcile: () => {
      runs++;
      if (runs === 1) throw new TypeError("undefined is not a function");
      if (runs === 2) return Promise.reject(new RangeError("bad index"));
      return Promise.resolve();
    },
  });
  run.controller.enqueue("a/x");
  await run.clock.advance(1000);
  assert.equal(runs, 3);
  await metric(run.registry, `controller_runtime_reconcile_panics_total{controller="test"} 2`);
});

Deno.test("a keysOf that throws disturbs no other watch", async () => {
  const cache = new ObjectCache<KubeObject>();
  cache.replace([thing("a/x")], "5");
  const done: string[] = [];
  await using run = start(
    { reconcile: async (key) => void done.push(key) },
    (controller) =>
      controller.watch(cache, () => {
        throw new TypeError("no such field");
      }).watch(cache, keysOf),
  );
  await run.clock.advance(0);
  assert.deepEqual(done, ["a/x"]);
});

Deno.test("a conflict is everyday life: retried, and not logged as an error", async () => {
  let runs = 0;
  await using run = start({
    reconcile: async () => {
      const call = { verb: "update", path: "/x" };
      if (runs++ === 0) throw new ApiError("Conflict", "the object has been modified", { call });
    },
  });
  run.controller.enqueue("a/x");
  await run.clock.advance(100);
  assert.equal(runs, 2);
  assert.equal(run.lines.filter((line) => line.includes(`"level":"error"`)).length, 0);
});

Deno.test("several keys are reconciled at once, one key never", async () => {
  let most = 0;
  const active = new Set<string>();
  const gates: (() => void)[] = [];
  await using run = start({
    concurrency: 2,
    reconcile: async (key) => {
      assert(!active.has(key));
      active.add(key);
      most = Math.max(most, active.size);
      await new Promise<void>((resolve) => gates.push(resolve));
      active.delete(key);
    },
  });
  for (const key of ["a/1", "a/2", "a/3"]) run.controller.enqueue(key);
  await run.clock.advance(0);
  run.controller.enqueue("a/1");
  for (let turn = 0; turn < 4; turn++) {
    gates.shift()?.();
    await run.clock.advance(0);
  }
  assert.equal(most, 2);
});

Deno.test("log lines name the controller and the object", async () => {
  await using run = start({
    reconcile: async (_key, { log }) => log.info("hello"),
  });
  run.controller.enqueue("tenant-a/web");
  await run.clock.advance(0);
  const line = JSON.parse(run.lines.find((line) => line.includes("hello"))!);
  assert.equal(line.controller, "test");
  assert.equal(line.namespace, "tenant-a");
  assert.equal(line.name, "web");
});

Deno.test("the end waits for reconciliations in flight, and starts no other", async () => {
  const done: string[] = [];
  const gate = Promise.withResolvers<void>();
  const run = start({
    reconcile: async (key) => {
      await gate.promise;
      done.push(key);
    },
  });
  run.controller.enqueue("a/1");
  run.controller.enqueue("a/2");
  await run.clock.advance(0);
  run.stop();
  await run.clock.advance(1000);
  gate.resolve();
  await run.running;
  assert.deepEqual(done, ["a/1"]);
  assert.equal(run.clock.pending, 0);
});

Deno.test("a reconciliation that does not finish is told to, and then abandoned", async () => {
  let told: unknown;
  const run = start({
    drainTimeout: 500,
    reconcile: (_key, { signal }) => {
      signal.addEventListener("abort", () => told = signal.aborted);
      return new Promise(() => {});
    },
  });
  run.controller.enqueue("a/1");
  await run.clock.advance(0);
  run.stop();
  await run.clock.advance(499);
  assert.equal(told, undefined);
  await run.clock.advance(1);
  assert.equal(told, true);
  await run.clock.advance(1000);
  await run.running;
  assert(run.lines.some((line) => line.includes("abandoned")));
});

Deno.test("a reconciliation that takes too long is told so, counted and retried", async () => {
  let runs = 0;
  await using run = start({
    timeout: 1000,
    reconcile: (_key, { signal }) => {
      if (runs++ > 0) return Promise.resolve();
      return new Promise((_, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason))
      );
    },
  });
  run.controller.enqueue("a/1");
  await run.clock.advance(2000);
  assert.equal(runs, 2);
  await metric(run.registry, `controller_runtime_reconcile_timeouts_total{controller="test"} 1`);
});

Deno.test("a controller that is stopped before its caches are ready just ends", async () => {
  const stop = new AbortController();
  const controller = new Controller({
    name: "test",
    log: silentLogger,
    reconcile: () => assert.fail(),
  }).watch(new ObjectCache<KubeObject>(), keysOf);
  const running = controller.run(stop.signal);
  stop.abort();
  await running;
});

Deno.test("a controller that is run a second time says so", async () => {
  await using run = start({ reconcile: async () => {} });
  await assert.rejects(run.controller.run(AbortSignal.abort()), /controller test has been run/);
});
