import assert from "node:assert/strict";
import fc from "fast-check";
import { FakeClock } from "../base/fake_clock.ts";
import { comparePrecedence, type PortOwner } from "./port_owner.ts";
import { formatPortRange, parsePortRange } from "./port_range.ts";
import { PortTable } from "./port_table.ts";

const fleet = "tenant-acme";
const minute = 60_000;

function owner(name: string, created?: number): PortOwner {
  return created === undefined ? { name } : { name, created, uid: `uid-${name}` };
}

function table(range = { first: 10_000, last: 10_009 }, clock = new FakeClock()) {
  return { clock, table: new PortTable({ clock, range }) };
}

/** The ports of an allocation that must succeed. */
function allocate(table: PortTable, of: PortOwner, count: number): readonly number[] {
  const result = table.allocate(fleet, of, count);
  assert(result.kind === "allocated", `wanted ${count} ports, got ${JSON.stringify(result)}`);
  return result.ports;
}

Deno.test("ports are handed out one after the other, never the same twice", () => {
  const { table: ports } = table();
  assert.deepEqual(allocate(ports, owner("a"), 2), [10_000, 10_001]);
  assert.deepEqual(allocate(ports, owner("b"), 1), [10_002]);
});

Deno.test("asking again before the write was seen gives the same ports", () => {
  const { table: ports } = table();
  const first = allocate(ports, owner("a"), 2);
  assert.deepEqual(allocate(ports, owner("a"), 2), first);
});

Deno.test("what an object does not report yet is not lost when an old state of it arrives", () => {
  const { table: ports } = table();
  ports.hold(fleet, owner("a", 1), [10_005]);
  const more = allocate(ports, owner("a", 1), 1);
  ports.hold(fleet, owner("a", 1), [10_005]);
  assert.deepEqual(allocate(ports, owner("b"), 1).includes(more[0]!), false);
  ports.hold(fleet, owner("a", 1), [10_005, ...more]);
  assert.equal(ports.holder(fleet, more[0]!), "a");
});

Deno.test("a freed port rests ten minutes", async () => {
  const { table: ports, clock } = table({ first: 10_000, last: 10_000 });
  ports.hold(fleet, owner("a", 1), [10_000]);
  ports.forget(fleet, "a");
  await clock.advance(10 * minute - 1);
  assert.deepEqual(ports.allocate(fleet, owner("b"), 1), {
    kind: "exhausted",
    free: 0,
    retryAfter: 1,
  });
  await clock.advance(1);
  assert.deepEqual(allocate(ports, owner("b"), 1), [10_000]);
});

Deno.test("an exhausted range says how many are left and takes nothing", () => {
  const { table: ports } = table({ first: 10_000, last: 10_002 });
  assert.deepEqual(ports.allocate(fleet, owner("a"), 4), { kind: "exhausted", free: 3 });
  assert.deepEqual(allocate(ports, owner("a"), 3), [10_000, 10_001, 10_002]);
});

Deno.test("the ports of Envoy's own listeners are never handed out", () => {
  const { table: ports } = table({ first: 19_000, last: 19_005 });
  assert.deepEqual(allocate(ports, owner("a"), 2), [19_000, 19_005]);
});

Deno.test("a port above the range that an adopted object brings is kept", () => {
  const { table: ports } = table();
  ports.hold(fleet, owner("a", 1), [61_234]);
  assert.equal(ports.holder(fleet, 61_234), "a");
  assert.deepEqual(ports.conflicts(fleet, "a"), []);
});

Deno.test("of two objects on one port the older is served, whatever the order they are seen in", () => {
  for (const order of [["old", "young"], ["young", "old"]]) {
    const { table: ports } = table();
    for (const name of order) {
      ports.hold(fleet, owner(name, name === "old" ? 1 : 2), [10_004]);
    }
    assert.equal(ports.holder(fleet, 10_004), "old");
    assert.deepEqual(ports.conflicts(fleet, "young"), [{ port: 10_004, holder: "old" }]);
    assert.deepEqual(ports.conflicts(fleet, "old"), []);
  }
});

Deno.test("the younger object is served when the older lets go, without a rest", () => {
  const { table: ports } = table();
  ports.hold(fleet, owner("old", 1), [10_004]);
  ports.hold(fleet, owner("young", 2), [10_004]);
  ports.forget(fleet, "old");
  assert.equal(ports.holder(fleet, 10_004), "young");
  assert.deepEqual(ports.conflicts(fleet, "young"), []);
});

Deno.test("objects of equal age are ordered by uid", () => {
  const a = { name: "z", created: 5, uid: "1" };
  const b = { name: "a", created: 5, uid: "2" };
  assert(comparePrecedence(a, b) < 0);
});

Deno.test("each fleet has its own ports", () => {
  const { table: ports } = table();
  allocate(ports, owner("a"), 1);
  const other = ports.allocate("tenant-other", owner("a"), 1);
  assert.deepEqual(other, { kind: "allocated", ports: [10_000] });
});

Deno.test("a new leader goes on behind the ports of the youngest object", () => {
  const { table: ports } = table();
  ports.hold(fleet, owner("young", 9), [10_005]);
  ports.hold(fleet, owner("old", 1), [10_007]);
  assert.deepEqual(allocate(ports, owner("new"), 1), [10_006]);
});

Deno.test("a new range is for new ports: what is held or was allocated stays", () => {
  const { table: ports } = table();
  ports.hold(fleet, owner("a", 1), [10_001]);
  const pending = allocate(ports, owner("b"), 1);
  ports.setRange({ first: 20_000, last: 20_001 });
  assert.equal(ports.holder(fleet, 10_001), "a");
  assert.deepEqual(allocate(ports, owner("b"), 1), pending);
  assert.deepEqual(allocate(ports, owner("c"), 2), [20_000, 20_001]);
  const other = ports.allocate("tenant-other", owner("a"), 1);
  assert.deepEqual(other, { kind: "allocated", ports: [20_000] }, "in a fleet that is new, too");
});

Deno.test("a port rests also when it was freed outside the range that grows to it", async () => {
  const { table: ports, clock } = table();
  ports.hold(fleet, owner("a", 1), [20_000]);
  ports.forget(fleet, "a");
  ports.setRange({ first: 20_000, last: 20_000 });
  const exhausted = { kind: "exhausted", free: 0, retryAfter: 10 * minute } as const;
  assert.deepEqual(ports.allocate(fleet, owner("b"), 1), exhausted);
  await clock.advance(10 * minute);
  assert.deepEqual(allocate(ports, owner("b"), 1), [20_000]);
});

Deno.test("twenty thousand ports are allocated in well under a second", () => {
  const { table: ports } = table({ first: 10_000, last: 29_999 });
  const start = performance.now();
  for (let index = 0; index < 19_996; index++) allocate(ports, owner(`o${index}`), 1);
  assert(performance.now() - start < 1_000);
  assert.deepEqual(ports.allocate(fleet, owner("late"), 1), { kind: "exhausted", free: 0 });
});

Deno.test("a port range is two ports in ascending order", () => {
  assert.deepEqual(parsePortRange("10000-29999"), { first: 10_000, last: 29_999 });
  assert.equal(formatPortRange(parsePortRange(" 10000-29999 ")), "10000-29999");
  for (const bad of ["", "10000", "2-1", "0-5", "1-65536", "a-b", "1-2-3"]) {
    assert.throws(() => parsePortRange(bad), /is not first-last in ascending order/);
  }
});

/** What the table promises, said in the plainest way. */
class NaiveTable {
  readonly held = new Map<string, Set<number>>();
  readonly pending = new Map<string, number[]>();
  readonly restUntil = new Map<number, number>();
  range = { first: 10_000, last: 10_005 };

  used(): Set<number> {
    return new Set(
      [...this.held.values(), ...this.pending.values()].flatMap((ports) => [...ports]),
    );
  }

  /** Runs `change` and lets every port rest that is no longer used after it. */
  change(now: number, change: () => void): void {
    const before = this.used();
    change();
    const after = this.used();
    for (const port of before) if (!after.has(port)) this.restUntil.set(port, now + 10 * minute);
    for (const port of after) this.restUntil.delete(port);
  }
}

Deno.test("the table agrees with a naive one after any history", async () => {
  const name = fc.constantFrom("a", "b", "c", "d");
  const port = fc.integer({ min: 10_000, max: 10_007 });
  const command = fc.oneof(
    fc.record({ kind: fc.constant("hold" as const), name, ports: fc.uniqueArray(port) }),
    fc.record({ kind: fc.constant("allocate" as const), name, count: fc.nat(4) }),
    fc.record({ kind: fc.constant("forget" as const), name }),
    fc.record({ kind: fc.constant("pass" as const), minutes: fc.nat(11) }),
    fc.record({ kind: fc.constant("range" as const), ports: fc.tuple(port, port) }),
  );
  await fc.assert(fc.asyncProperty(fc.array(command, { maxLength: 60 }), async (commands) => {
    const model = new NaiveTable();
    const { table: ports, clock } = table(model.range);
    for (const command of commands) {
      const now = clock.monotonic();
      if (command.kind === "range") {
        const [first, last] = command.ports.toSorted() as [number, number];
        ports.setRange(model.range = { first, last });
      }
      if (command.kind === "pass") await clock.advance(command.minutes * minute);
      if (command.kind === "hold") {
        ports.hold(fleet, owner(command.name, 1), command.ports);
        model.change(now, () => {
          model.held.set(command.name, new Set(command.ports));
          const pending = model.pending.get(command.name) ?? [];
          model.pending.set(command.name, pending.filter((p) => !command.ports.includes(p)));
        });
      }
      if (command.kind === "forget") {
        ports.forget(fleet, command.name);
        model.change(now, () => {
          model.held.delete(command.name);
          model.pending.delete(command.name);
        });
      }
      if (command.kind === "allocate") checkAllocation(ports, model, command, now);
      for (let number = 10_000; number <= 10_007; number++) {
        assert.equal(ports.holder(fleet, number) !== undefined, model.used().has(number));
      }
    }
  }));
});

function checkAllocation(
  ports: PortTable,
  model: NaiveTable,
  { name, count }: { name: string; count: number },
  now: number,
): void {
  const used = model.used();
  const { first, last } = model.range;
  const range = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const rests = (port: number) => (model.restUntil.get(port) ?? -1) > now;
  const free = range.filter((port) => !used.has(port) && !rests(port));
  const before = model.pending.get(name) ?? [];
  const result = ports.allocate(fleet, owner(name, 1), count);
  if (count - before.length > free.length) {
    assert(result.kind === "exhausted" && result.free === free.length);
    const waits = range.filter((port) => !used.has(port) && rests(port));
    const wait = Math.min(...waits.map((port) => model.restUntil.get(port)! - now));
    assert.equal(result.retryAfter ?? Infinity, wait);
    return;
  }
  assert(result.kind === "allocated");
  assert.equal(result.ports.length, count);
  const fresh = result.ports.filter((port) => !before.includes(port));
  assert(fresh.every((port) => free.includes(port)), "only free ports are handed out");
  assert.deepEqual(result.ports.slice(0, before.length), before.slice(0, count));
  model.change(now, () => model.pending.set(name, [...result.ports]));
}

Deno.test("a fleet gets no more ports than it may have, wherever they are", () => {
  const clock = new FakeClock();
  const range = { first: 10_000, last: 10_009 };
  const ports = new PortTable({ clock, range, most: () => 3 });
  ports.hold(fleet, owner("adopted", 1), [9_000]);
  assert.deepEqual(ports.allocate(fleet, owner("a"), 3), { kind: "exhausted", free: 2, most: 3 });
  assert.equal(allocate(ports, owner("a"), 2).length, 2);
  assert.deepEqual(ports.allocate(fleet, owner("b"), 1), { kind: "exhausted", free: 0, most: 3 });
  assert.equal(allocate(ports, owner("a"), 2).length, 2, "what was given is not asked for again");
  assert.equal(ports.allocate("tenant-other", owner("b"), 3).kind, "allocated");
  ports.forget(fleet, "adopted");
  assert.equal(allocate(ports, owner("b"), 1).length, 1, "a resting port has no listener");
});

Deno.test("the range is told to be exhausted where it has less than the fleet may have", () => {
  const range = { first: 10_000, last: 10_001 };
  const ports = new PortTable({ clock: new FakeClock(), range, most: () => 4 });
  assert.deepEqual(ports.allocate(fleet, owner("a"), 5), { kind: "exhausted", free: 2 });
});
