import assert from "node:assert/strict";
import fc from "fast-check";
import { keyOf, type KubeObject } from "../apis/meta/v1.ts";
import { createLogger } from "../base/logger.ts";
import { type CacheEvent, ObjectCache } from "./object_cache.ts";

type Thing = KubeObject & { spec?: { color: string } };

function thing(name: string, version: number, color = "red", namespace = "a"): Thing {
  const metadata = { name, namespace, resourceVersion: String(version), uid: `uid-${name}` };
  return { apiVersion: "v1", kind: "Thing", metadata, spec: { color } };
}

const indexers = { color: (object: Thing) => object.spec ? [object.spec.color] : [] };

function recorded(cache: ObjectCache<Thing>): string[] {
  const events: string[] = [];
  cache.subscribe(({ type, object, initial }) =>
    events.push(`${type} ${object.metadata.name}${initial ? " (initial)" : ""}`)
  );
  return events;
}

Deno.test("the first list is state, not news; what follows is news", () => {
  const cache = new ObjectCache<Thing>();
  const events = recorded(cache);
  cache.replace([thing("x", 1)], "5");
  cache.set(thing("y", 6));
  cache.set(thing("x", 7));
  cache.remove(thing("y", 8));
  assert.deepEqual(events, ["added x (initial)", "added y", "updated x", "deleted y"]);
});

Deno.test("a cache is synced after its first list, also when that is empty", async () => {
  const cache = new ObjectCache<Thing>();
  assert.equal(cache.synced, false);
  const synced = cache.whenSynced(new AbortController().signal);
  cache.replace([], "5");
  assert.equal(cache.synced, true);
  await synced;
});

Deno.test("waiting for the first list ends with the signal", async () => {
  const stop = new AbortController();
  const waiting = new ObjectCache<Thing>().whenSynced(stop.signal);
  stop.abort(new Error("enough"));
  await assert.rejects(waiting, /enough/);
});

Deno.test("a later subscriber first gets what is there", () => {
  const cache = new ObjectCache<Thing>();
  cache.replace([thing("x", 1)], "5");
  cache.set(thing("y", 6));
  assert.deepEqual(recorded(cache), ["added x (initial)", "added y (initial)"]);
});

Deno.test("a disposed subscription hears nothing more", () => {
  const cache = new ObjectCache<Thing>();
  let count = 0;
  const subscription = cache.subscribe(() => count++);
  subscription[Symbol.dispose]();
  cache.set(thing("x", 1));
  assert.equal(count, 0);
});

Deno.test("a subscriber that throws is logged and disturbs nobody", () => {
  const lines: string[] = [];
  const cache = new ObjectCache<Thing>({
    log: createLogger({ write: (line) => lines.push(line) }),
  });
  cache.subscribe(() => {
    throw new Error("broken handler");
  });
  const events = recorded(cache);
  cache.set(thing("x", 1));
  cache.set(thing("x", 2));
  assert.deepEqual(events, ["added x", "updated x"]);
  assert.equal(lines.filter((line) => line.includes("broken handler")).length, 2);
});

Deno.test("an update tells the object before it", () => {
  const cache = new ObjectCache<Thing>();
  cache.set(thing("x", 1, "red"));
  let event: CacheEvent<Thing> | undefined;
  cache.subscribe((e) => event = e);
  cache.set(thing("x", 2, "blue"));
  assert.equal(event?.previous?.spec?.color, "red");
});

Deno.test("a later list deletes what is not in it, and says what the watch had missed", () => {
  const cache = new ObjectCache<Thing>();
  cache.replace([thing("x", 1), thing("y", 2), thing("z", 3)], "5");
  const events = recorded(cache);
  events.length = 0;
  const result = cache.replace([thing("x", 1), thing("y", 8), thing("new", 9)], "10");
  assert.deepEqual(result, { added: 1, updated: 1, deleted: 1 });
  assert.deepEqual(events, ["updated y", "added new", "deleted z"]);
});

Deno.test("our own write is seen at once, and its echo is no second event", () => {
  const cache = new ObjectCache<Thing>();
  cache.replace([thing("x", 1)], "5");
  const events = recorded(cache);
  cache.observe(thing("x", 7, "blue"));
  assert.equal(cache.get("a/x")?.spec?.color, "blue");
  cache.set(thing("x", 6, "green")); // someone else's write before ours, still on its way
  cache.set(thing("x", 7, "blue"));
  assert.equal(cache.get("a/x")?.spec?.color, "blue");
  assert.deepEqual(events, ["added x (initial)", "updated x"]);
});

Deno.test("the answer of a write to an object that is gone by now leaves no ghost", () => {
  const cache = new ObjectCache<Thing>();
  cache.replace([thing("x", 1)], "5");
  cache.remove(thing("x", 8)); // deleted by someone else right after our write at version 7
  cache.observe(thing("x", 7));
  assert.equal(cache.get("a/x"), undefined);
});

Deno.test("an object created while a list is under way survives that list", () => {
  const cache = new ObjectCache<Thing>();
  cache.replace([], "5");
  cache.observe(thing("x", 9));
  cache.replace([], "8");
  assert.equal(cache.get("a/x")?.metadata.resourceVersion, "9");
});

Deno.test("a late deletion of a predecessor does not remove its successor", () => {
  const cache = new ObjectCache<Thing>();
  const before = thing("x", 1);
  cache.replace([before], "5");
  const successor = thing("x", 9);
  successor.metadata.uid = "uid-2";
  cache.observe(successor);
  cache.remove({ ...before, metadata: { ...before.metadata, resourceVersion: "8" } });
  assert.equal(cache.get("a/x")?.metadata.uid, "uid-2");
});

Deno.test("a list from an API server restored from a backup is believed", () => {
  const cache = new ObjectCache<Thing>();
  cache.replace([thing("x", 90, "future"), thing("y", 95)], "100");
  cache.replace([thing("x", 40, "restored")], "50");
  assert.equal(cache.get("a/x")?.spec?.color, "restored");
  assert.equal(cache.get("a/y"), undefined);
  cache.set(thing("x", 51, "after"));
  assert.equal(cache.get("a/x")?.spec?.color, "after");
});

Deno.test("managedFields are dropped, from a copy", () => {
  const cache = new ObjectCache<Thing>();
  const object = thing("x", 1);
  object.metadata.managedFields = [{ manager: "me" }];
  cache.observe(object);
  assert.equal(cache.get("a/x")?.metadata.managedFields, undefined);
  assert.equal(cache.admit(object).metadata.managedFields, undefined);
  assert.equal(object.metadata.managedFields.length, 1);
});

Deno.test("an index that does not exist is a bug, and says which there are", () => {
  const cache = new ObjectCache<Thing>({ indexers });
  assert.throws(() => cache.byIndex("colour", "red"), /no index "colour" \(it has color\)/);
});

Deno.test("objects are found by namespace", () => {
  const cache = new ObjectCache<Thing>();
  cache.replace([thing("x", 1, "red", "a"), thing("y", 2, "red", "b")], "5");
  assert.deepEqual(cache.list("b").map(keyName), ["b/y"]);
  assert.deepEqual(cache.list("c"), []);
  assert.equal(cache.list().length, 2);
});

const keyName = (object: Thing) => keyOf(object.metadata);

type Command =
  | { readonly do: "set" | "remove" | "observe"; readonly name: string; readonly color: string }
  | { readonly do: "replace"; readonly names: readonly string[]; readonly color: string };

const names = fc.constantFrom("p", "q", "r", "s");
const colors = fc.constantFrom("red", "green", "blue");
const commands: fc.Arbitrary<Command[]> = fc.array(fc.oneof(
  fc.record({ do: fc.constantFrom("set", "remove", "observe"), name: names, color: colors }),
  fc.record({ do: fc.constant("replace"), names: fc.uniqueArray(names), color: colors }),
) as fc.Arbitrary<Command>);

Deno.test("store, indexes and subscribers agree after any history", () => {
  fc.assert(fc.property(commands, (history) => {
    const cache = new ObjectCache<Thing>({ indexers });
    const told = new Map<string, Thing>();
    cache.subscribe(({ type, object }) => {
      const key = keyName(object);
      assert.equal(type === "added", !told.has(key), `${type} ${key}`);
      if (type === "deleted") told.delete(key);
      else told.set(key, object);
    });
    let version = 0;
    for (const command of history) {
      version++;
      perform(cache, command, version);
      assert.deepEqual(cache.list().map(keyName).toSorted(), [...told.keys()].toSorted());
      for (const color of ["red", "green", "blue"]) {
        const scanned = cache.list().filter((object) => object.spec?.color === color);
        assert.deepEqual(
          cache.byIndex("color", color).map(keyName).toSorted(),
          scanned.map(keyName).toSorted(),
        );
      }
      const namespaces = new Set(cache.list().map(({ metadata }) => metadata.namespace));
      assert.deepEqual([...cache.namespaces()].toSorted(), [...namespaces].toSorted());
    }
  }));
});

const namespaceOf = (name: string) => name < "r" ? "a" : "b";

function perform(cache: ObjectCache<Thing>, command: Command, version: number): void {
  if (command.do === "replace") {
    const objects = command.names.map((name) =>
      thing(name, version, command.color, namespaceOf(name))
    );
    cache.replace(objects, String(version));
    return;
  }
  const { name, color } = command;
  cache[command.do](thing(name, version, color, namespaceOf(name)));
}
