import assert from "node:assert/strict";
import { FakeClock } from "../../base/fake_clock.ts";
import { type Turn, TurnScheduler } from "./turn_scheduler.ts";

/** A scheduler whose deferred slices run when the test says so. */
function setUp({ slice = 4 } = {}) {
  const clock = new FakeClock();
  const deferred: (() => void)[] = [];
  const scheduler = new TurnScheduler({
    clock,
    slice,
    defer: (callback) => {
      deferred.push(callback);
      return { [Symbol.dispose]: () => void deferred.splice(deferred.indexOf(callback), 1) };
    },
  });
  const log: string[] = [];
  const worker = (name: string, pieces: number): Turn => ({
    turn() {
      log.push(name);
      return --pieces > 0;
    },
  });
  return { clock, scheduler, deferred, log, worker };
}

const microtasks = () => new Promise<void>((resolve) => queueMicrotask(resolve));

Deno.test("work is done after the current step, in turns", async () => {
  const { scheduler, log, worker } = setUp();
  using _scheduler = scheduler;
  scheduler.schedule(worker("a", 3));
  scheduler.schedule(worker("b", 1));
  scheduler.schedule(worker("c", 2));
  assert.deepEqual(log, []);
  await microtasks();
  assert.deepEqual(log, ["a", "b", "c", "a", "c", "a"]);
});

Deno.test("a worker in line twice gets one turn", async () => {
  const { scheduler, log, worker } = setUp();
  using _scheduler = scheduler;
  const one = worker("a", 1);
  scheduler.schedule(one);
  scheduler.schedule(one);
  await microtasks();
  assert.deepEqual(log, ["a"]);
});

Deno.test("a used-up slice lets the event loop run before the rest", async () => {
  const { scheduler, deferred, log, worker } = setUp({ slice: 0 });
  using _scheduler = scheduler;
  for (const name of ["a", "b", "c"]) scheduler.schedule(worker(name, 1));
  await microtasks();
  assert.deepEqual(log, ["a"]);
  scheduler.schedule(worker("late", 1));
  await microtasks();
  assert.deepEqual(log, ["a"], "whoever comes meanwhile waits too");
  deferred.shift()!();
  deferred.shift()!();
  deferred.shift()!();
  assert.deepEqual(log, ["a", "b", "c", "late"]);
  assert.equal(deferred.length, 0);
});

Deno.test("who is taken out of line gets no turn, and nobody does after disposal", async () => {
  const { scheduler, deferred, log, worker } = setUp({ slice: 0 });
  const [a, b, c] = [worker("a", 1), worker("b", 1), worker("c", 1)];
  for (const one of [a, b, c]) scheduler.schedule(one);
  scheduler.cancel(a);
  await microtasks();
  assert.deepEqual(log, ["b"]);
  scheduler[Symbol.dispose]();
  assert.equal(deferred.length, 0, "nothing is left to be called");
  scheduler.schedule(a);
  await microtasks();
  assert.deepEqual(log, ["b"]);
});
