import assert from "node:assert/strict";
import fc from "fast-check";
import { FairQueue, type Priority } from "./fair_queue.ts";

const groupOf = (key: string) => key.split("/")[0]!;

function drain(queue: FairQueue): string[] {
  const keys: string[] = [];
  for (let key = queue.next(); key !== undefined; key = queue.next()) keys.push(key);
  return keys;
}

Deno.test("groups take turns, keys of a group come in order", () => {
  const queue = new FairQueue(groupOf);
  for (const key of ["a/1", "a/2", "a/3", "b/1", "c/1", "c/2"]) queue.add(key, "normal");
  assert.deepEqual(drain(queue), ["a/1", "b/1", "c/1", "a/2", "c/2", "a/3"]);
});

Deno.test("one key behind another group's ten thousand comes second", () => {
  const queue = new FairQueue(groupOf);
  for (let i = 0; i < 10_000; i++) queue.add(`storm/${i}`, "normal");
  queue.add("quiet/1", "normal");
  assert.equal(queue.next(), "storm/0");
  assert.equal(queue.next(), "quiet/1");
});

Deno.test("live changes overtake the backlog of a start", () => {
  const queue = new FairQueue(groupOf);
  queue.add("a/old", "low");
  queue.add("a/new", "normal");
  assert.deepEqual(drain(queue), ["a/new", "a/old"]);
});

Deno.test("a key of the backlog that changes moves up, and is served once", () => {
  const queue = new FairQueue(groupOf);
  queue.add("a/1", "low");
  queue.add("a/2", "low");
  queue.add("a/2", "normal");
  queue.add("a/2", "low");
  assert.equal(queue.size, 2);
  assert.deepEqual(drain(queue), ["a/2", "a/1"]);
});

Deno.test("a storm of live changes lets every tenth turn go to the backlog", () => {
  const queue = new FairQueue(groupOf);
  for (let i = 0; i < 100; i++) queue.add(`storm/${i}`, "normal");
  queue.add("quiet/1", "low");
  queue.add("quiet/2", "low");
  const order = drain(queue);
  assert.equal(order.indexOf("quiet/1"), 9);
  assert.equal(order.indexOf("quiet/2"), 19);
});

Deno.test("every key that waits is served exactly once, within one round of the groups", () => {
  const add = fc.record({
    key: fc.tuple(fc.constantFrom("a", "b", "c"), fc.nat(5)).map(([group, n]) => `${group}/${n}`),
    priority: fc.constantFrom<Priority>("normal", "low"),
  });
  fc.assert(fc.property(fc.array(fc.option(add)), (steps) => {
    const queue = new FairQueue(groupOf);
    const waiting = new Set<string>();
    for (const step of steps) {
      if (step === null) {
        const key = queue.next();
        assert.equal(key !== undefined, waiting.size > 0);
        if (key !== undefined) assert(waiting.delete(key), `${key} was served twice`);
      } else {
        queue.add(step.key, step.priority);
        waiting.add(step.key);
      }
      assert.equal(queue.size, waiting.size);
    }
    assert.deepEqual(drain(queue).toSorted(), [...waiting].toSorted());
  }));
});
