// Names in brackets are client-go's tests of `util/workqueue` with the same subject. Elsewhere:
// ItemExponentialFailure and its overflow (`item_backoff_test.ts`); delays of any mixture
// (`delay_queue_test.ts`). Without counterpart, because we have no such limiter: ItemFastSlow, MaxOf,
// WithMaxWait, and the overall bucket.
import assert from "node:assert/strict";
import fc from "fast-check";
import { FakeClock } from "../base/fake_clock.ts";
import { Registry } from "../base/metrics.ts";
import { WorkQueue } from "./work_queue.ts";

function queueOf(clock = new FakeClock(), metrics?: Registry): WorkQueue {
  return new WorkQueue({ name: "test", clock, ...(metrics ? { metrics } : {}) });
}

/** The next key, which must be there already. */
async function takeNow(queue: WorkQueue): Promise<string | undefined> {
  const nothing = Symbol();
  const key = await Promise.race([
    queue.take(),
    new Promise<typeof nothing>((resolve) => queueMicrotask(() => resolve(nothing))),
  ]);
  assert(key !== nothing, "no key is ready");
  return key as string | undefined;
}

Deno.test("producers and consumers: every key is processed, none twice at once [Basic]", async () => {
  using queue = queueOf();
  const processed: string[] = [];
  const active = new Set<string>();
  const worker = async () => {
    for (let key = await queue.take(); key !== undefined; key = await queue.take()) {
      assert(!active.has(key));
      active.add(key);
      await Promise.resolve();
      processed.push(key);
      active.delete(key);
      queue.done(key);
      if (processed.length === 100) queue.shutDown();
    }
  };
  const workers = [worker(), worker(), worker()];
  for (let i = 0; i < 100; i++) queue.add(`k${i}`);
  await Promise.all(workers);
  assert.equal(new Set(processed).size, 100);
});

Deno.test("a key added while it is processed is processed again [AddWhileProcessing]", async () => {
  using queue = queueOf();
  queue.add("a");
  assert.equal(await takeNow(queue), "a");
  queue.add("a");
  assert.equal(queue.size, 0, "not while the first worker has it");
  queue.done("a");
  assert.equal(await takeNow(queue), "a");
  queue.done("a");
  assert.equal(queue.size, 0);
});

Deno.test("the length counts what waits [Len]", () => {
  using queue = queueOf();
  queue.add("a");
  queue.add("b");
  queue.add("a");
  assert.equal(queue.size, 2);
});

Deno.test("a key added again at the end of its processing waits again [Reinsert]", async () => {
  using queue = queueOf();
  queue.add("a");
  await takeNow(queue);
  queue.done("a");
  queue.add("a");
  assert.equal(await takeNow(queue), "a");
});

Deno.test("additions of a key that waits collapse into one [Collapse]", async () => {
  using queue = queueOf();
  queue.add("a");
  queue.add("a");
  assert.equal(await takeNow(queue), "a");
  queue.done("a");
  assert.equal(queue.size, 0);
});

Deno.test("additions of a key at work collapse into one [CollapseWhileProcessing]", async () => {
  using queue = queueOf();
  queue.add("a");
  await takeNow(queue);
  queue.add("a");
  queue.add("a");
  queue.done("a");
  assert.equal(await takeNow(queue), "a");
  queue.done("a");
  assert.equal(queue.size, 0);
});

Deno.test("shut-down tells waiting workers, and ignores what is added later [ShutDown]", async () => {
  using queue = queueOf();
  const waiting = queue.take();
  queue.shutDown();
  queue.add("a");
  queue.addRateLimited("b");
  assert.equal(await waiting, undefined);
  assert.equal(await queue.take(), undefined);
});

Deno.test("a drain waits for the keys at work only [QueueDrainageUsingShutDownWithDrain]", async () => {
  using queue = queueOf();
  queue.add("a");
  queue.add("b");
  await takeNow(queue);
  queue.shutDown();
  assert.equal(await queue.take(), undefined);
  assert.equal(queue.processing, 1);
  queue.done("a");
  assert.equal(queue.processing, 0);
});

Deno.test("a key dirty at shut-down is dropped [ShutDownWithDrain…WithDirtyItem]", async () => {
  using queue = queueOf();
  queue.add("a");
  await takeNow(queue);
  queue.add("a");
  queue.shutDown();
  queue.done("a");
  assert.equal(queue.processing, 0);
  assert.equal(await queue.take(), undefined);
});

Deno.test("nothing is kept of keys that are done [GarbageCollection]", async () => {
  const clock = new FakeClock();
  using queue = queueOf(clock);
  for (let i = 0; i < 10; i++) {
    queue.add(`k${i}`);
    const key = await takeNow(queue);
    queue.forget(key!);
    queue.done(key!);
  }
  assert.deepEqual([queue.size, queue.processing, queue.delayed, clock.pending], [0, 0, 0, 0]);
});

Deno.test("a delayed key is ready after its delay [SimpleQueue]", async () => {
  const clock = new FakeClock();
  using queue = queueOf(clock);
  queue.add("a", { after: 50 });
  assert.equal(queue.size, 0);
  await clock.advance(60);
  assert.equal(await takeNow(queue), "a");
});

Deno.test("two delays of a key: the earlier one counts [Deduping]", async () => {
  const clock = new FakeClock();
  using queue = queueOf(clock);
  queue.add("a", { after: 50 });
  queue.add("a", { after: 70 });
  await clock.advance(60);
  queue.done((await takeNow(queue))!);
  await clock.advance(20);
  assert.equal(queue.size, 0);
});

Deno.test("of two delayed keys the earlier one fires first [AddTwoFireEarly]", async () => {
  const clock = new FakeClock();
  using queue = queueOf(clock);
  queue.add("third", { after: 1000 });
  queue.add("first", { after: 50 });
  await clock.advance(60);
  assert.equal(await takeNow(queue), "first");
  assert.equal(queue.size, 0);
  await clock.advance(1000);
  assert.equal(await takeNow(queue), "third");
});

Deno.test("delayed keys come in the order of their times, not of their additions [CopyShifting]", async () => {
  const clock = new FakeClock();
  using queue = queueOf(clock);
  queue.add("third", { after: 1000 });
  queue.add("second", { after: 500 });
  queue.add("first", { after: 250 });
  await clock.advance(2000);
  const order = [await takeNow(queue), await takeNow(queue), await takeNow(queue)];
  assert.deepEqual(order, ["first", "second", "third"]);
});

Deno.test("what waits at shut-down is not handed out any more [NoQueueDrainageUsingShutDown]", async () => {
  const clock = new FakeClock();
  using queue = queueOf(clock);
  queue.add("ready");
  queue.add("later", { after: 50 });
  queue.shutDown();
  assert.equal(await queue.take(), undefined);
  await clock.advance(100);
  assert.equal(await queue.take(), undefined);
  assert.equal(clock.pending, 0);
});

Deno.test("an addition without delay does not wait for a delayed one", async () => {
  const clock = new FakeClock();
  using queue = queueOf(clock);
  queue.add("a", { after: 50 });
  queue.add("a");
  assert.equal(await takeNow(queue), "a");
});

Deno.test("failures delay a key ever longer until it is forgotten [RateLimitingQueue]", async () => {
  const clock = new FakeClock();
  using queue = queueOf(clock);
  queue.addRateLimited("a");
  await clock.advance(5);
  queue.done((await takeNow(queue))!);
  queue.addRateLimited("a");
  await clock.advance(9);
  assert.equal(queue.size, 0);
  await clock.advance(1);
  assert.equal(queue.size, 1);
  assert.equal(queue.failures("a"), 2);
  queue.forget("a");
  assert.equal(queue.failures("a"), 0);
});

Deno.test("metrics count adds, retries, waiting and work [Metrics]", async () => {
  const clock = new FakeClock();
  const registry = new Registry();
  using queue = queueOf(clock, registry);
  queue.add("a");
  queue.add("b");
  queue.addRateLimited("c");
  await clock.advance(2);
  await takeNow(queue);
  await clock.advance(1);
  const text = await registry.metrics();
  const labels = `name="test",controller="test"`;
  assert.match(text, new RegExp(`^workqueue_adds_total\\{${labels}\\} 2$`, "m"));
  assert.match(text, new RegExp(`^workqueue_retries_total\\{${labels}\\} 1$`, "m"));
  assert.match(text, new RegExp(`^workqueue_depth\\{${labels}\\} 1$`, "m"));
  assert.match(
    text,
    new RegExp(`^workqueue_queue_duration_seconds_sum\\{${labels}\\} 0.002$`, "m"),
  );
  assert.match(text, new RegExp(`^workqueue_unfinished_work_seconds\\{${labels}\\} 0.001$`, "m"));
  const longest = `workqueue_longest_running_processor_seconds\\{${labels}\\} 0.001`;
  assert.match(text, new RegExp(`^${longest}$`, "m"));
  queue.done("a");
  assert.match(
    await registry.metrics(),
    new RegExp(`^workqueue_work_duration_seconds_count\\{${labels}\\} 1$`, "m"),
  );
});

Deno.test("the gauges of a queue that has ended are zero [MetricShutdown]", async () => {
  const clock = new FakeClock();
  const registry = new Registry();
  const queue = queueOf(clock, registry);
  queue.add("at work");
  queue.add("waits");
  await takeNow(queue);
  await clock.advance(1000);
  assert.match(await registry.metrics(), /^workqueue_depth\{.*\} 1$/m);
  queue[Symbol.dispose]();
  await clock.advance(1000);
  const text = await registry.metrics();
  for (const name of ["depth", "unfinished_work_seconds", "longest_running_processor_seconds"]) {
    assert.match(text, new RegExp(`^workqueue_${name}\\{.*\\} 0$`, "m"));
  }
});

Deno.test("no change is lost and no key is processed twice at once, whatever happens", async () => {
  type Step = { readonly do: "add" | "take" | "done"; readonly key: string };
  const step: fc.Arbitrary<Step> = fc.record({
    do: fc.constantFrom("add", "take", "done"),
    key: fc.constantFrom("x/1", "x/2", "y/1"),
  });
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
    using queue = queueOf();
    // A key owes a run from its addition until a run begins that starts after it.
    const owed = new Set<string>();
    const running = new Set<string>();
    for (const { do: action, key } of steps) {
      if (action === "add") {
        queue.add(key);
        owed.add(key);
      } else if (action === "done") {
        if (running.delete(key)) queue.done(key);
      } else if (queue.size > 0) {
        const taken = (await takeNow(queue))!;
        assert(!running.has(taken) && owed.delete(taken));
        running.add(taken);
      }
    }
    for (const key of running) queue.done(key);
    while (queue.size > 0) {
      const key = (await takeNow(queue))!;
      assert(owed.delete(key));
      queue.done(key);
    }
    assert.equal(owed.size, 0);
  }));
});
