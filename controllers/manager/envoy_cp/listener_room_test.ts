import assert from "node:assert/strict";
import fc from "fast-check";
import { silentLogger } from "../../../base/logger.ts";
import { ListenerRoom } from "./listener_room.ts";

const fleet = "tenant-acme";

/** A load balancer named after its age. */
function aged(created: number) {
  return { name: `${fleet}/${created}`, created, uid: `uid-${created}` };
}

function roomFor(listeners: () => number): ListenerRoom {
  let last = { listeners: listeners(), datagramClients: 1 };
  const capacity = () => {
    if (last.listeners !== listeners()) last = { ...last, listeners: listeners() };
    return last;
  };
  return new ListenerRoom({ capacity }, silentLogger);
}

function names(...created: number[]): string[] {
  return created.map((age) => aged(age).name);
}

Deno.test("while there is room nobody is refused", () => {
  const room = roomFor(() => 10);
  room.set(aged(1), 6);
  room.set(aged(2), 4);
  assert.deepEqual(room.settle(fleet), []);
});

Deno.test("without a limit there is room for all", () => {
  const room = roomFor(() => Infinity);
  room.set(aged(1), 1_000_000);
  assert.deepEqual(room.settle(fleet), []);
});

Deno.test("the youngest are refused, from the first that finds too little room", () => {
  const room = roomFor(() => 10);
  room.set(aged(3), 1);
  room.set(aged(2), 5);
  room.set(aged(1), 6);
  assert.deepEqual(room.settle(fleet).toSorted(), names(2, 3));
  assert.equal(room.refusal(fleet, aged(1).name), undefined);
  assert.equal(room.refusal(fleet, aged(2).name), 10);
  assert.deepEqual(room.settle(fleet), [], "nothing has changed since");
});

Deno.test("who needs no listener is never refused", () => {
  const room = roomFor(() => 5);
  room.set(aged(1), 6);
  room.set(aged(2), 0);
  assert.deepEqual(room.settle(fleet), names(1));
});

Deno.test("room that becomes free is given to the oldest that waits", () => {
  const room = roomFor(() => 10);
  for (const age of [1, 2, 3]) room.set(aged(age), 6);
  room.settle(fleet);
  room.delete(fleet, aged(1).name);
  assert.deepEqual(room.nextOf(fleet), names(2));
  assert.deepEqual(room.settle(fleet), names(2));
  assert.equal(room.refusal(fleet, aged(3).name), 10);
  room.delete(fleet, aged(3).name);
  assert.deepEqual(room.nextOf(fleet), [], "who waited has gone");
});

Deno.test("another capacity concerns everyone", () => {
  let capacity = 20;
  const room = roomFor(() => capacity);
  for (const age of [1, 2, 3]) room.set(aged(age), 6);
  assert.deepEqual(room.settle(fleet), []);
  capacity = 7;
  assert.deepEqual(room.settle(fleet).toSorted(), names(1, 2, 3));
  assert.equal(room.refusal(fleet, aged(2).name), 7);
  capacity = 13;
  assert.deepEqual(room.settle(fleet).toSorted(), names(1, 2, 3));
  assert.equal(room.refusal(fleet, aged(3).name), 13);
  assert.equal(room.refusal(fleet, aged(2).name), undefined);
});

Deno.test("an Envoy is never told more than it can have, whatever came in which order", () => {
  const change = fc.record({
    age: fc.integer({ min: 1, max: 8 }),
    listeners: fc.option(fc.integer({ min: 0, max: 9 })),
    capacity: fc.integer({ min: 0, max: 40 }),
  });
  fc.assert(fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
    let capacity = 0;
    const room = roomFor(() => capacity);
    const needs = new Map<number, number>();
    for (const { age, listeners, ...now } of changes) {
      capacity = now.capacity;
      if (listeners === null) {
        needs.delete(age);
        room.delete(fleet, aged(age).name);
      } else {
        needs.set(age, listeners);
        room.set(aged(age), listeners);
      }
      room.settle(fleet);
      const served = [...needs].filter(([age]) =>
        room.refusal(fleet, aged(age).name) === undefined
      );
      const used = served.reduce((sum, [, count]) => sum + count, 0);
      assert(used <= capacity);
      const oldest = [...needs].toSorted(([a], [b]) => a - b)
        .find(([age]) => room.refusal(fleet, aged(age).name) !== undefined);
      if (oldest === undefined) continue;
      const older = served.filter(([age]) => age < oldest[0]);
      assert(older.reduce((sum, [, count]) => sum + count, oldest[1]) > capacity);
    }
  }));
});
