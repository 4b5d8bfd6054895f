import assert from "node:assert/strict";
import fc from "fast-check";
import { typeUrls } from "../proto/mod.ts";
import type { Resource } from "./resource.ts";
import { ResourceStore } from "./resource_store.ts";
import { resource } from "./testing/requests.ts";

function record(store: ResourceStore): string[] {
  const seen: string[] = [];
  store.subscribe(({ typeUrl, names }) => {
    const kind = typeUrl === typeUrls.cluster ? "cluster" : "endpoint";
    seen.push(...[...names].map((name) => `${kind} ${name}`));
  });
  return seen;
}

Deno.test("a change names only what changed content", () => {
  const store = new ResourceStore("fleet");
  store.set("a", [resource("a1", "x"), resource("a2", "x"), resource("a3", "x")]);
  const seen = record(store);
  const changed = store.set("a", [resource("a1", "x"), resource("a2", "y"), resource("a4", "x")]);
  assert.equal(changed, 3);
  assert.deepEqual(seen.sort(), ["cluster a2", "cluster a3", "cluster a4"]);
});

Deno.test("equal content is no change, and nobody is told", () => {
  const store = new ResourceStore("fleet");
  store.set("a", [resource("a", "x")]);
  const seen = record(store);
  assert.equal(store.set("a", [resource("a", "x")]), 0);
  assert.deepEqual(seen, []);
  assert.equal(store.updates, 1);
  store.set("a", [resource("a", "y"), resource("a", "y", typeUrls.endpoint)]);
  assert.equal(store.updates, 2, "a change of several types is one");
});

Deno.test("an owner's change touches nothing of others", () => {
  const store = new ResourceStore("fleet");
  store.set("a", [resource("a", "x")]);
  store.set("b", [resource("b", "x"), resource("b", "x", typeUrls.endpoint)]);
  const seen = record(store);
  assert.equal(store.delete("b"), 2);
  assert.deepEqual(seen, ["cluster b", "endpoint b"]);
  assert.deepEqual([...store.names(typeUrls.cluster)], ["a"]);
  assert.deepEqual([...store.typeUrls()], [typeUrls.cluster]);
});

Deno.test("a resource of two owners stays until both have withdrawn it", () => {
  const store = new ResourceStore("fleet");
  store.set("a", [resource("shared", "x")]);
  assert.equal(store.set("b", [resource("shared", "x")]), 0);
  assert.equal(store.delete("a"), 0);
  assert.equal(store.get(typeUrls.cluster, "shared")?.version, resource("shared", "x").version);
  assert.equal(store.delete("b"), 1);
  assert.equal(store.get(typeUrls.cluster, "shared"), undefined);
});

Deno.test("a name twice from one owner is refused, and nothing has changed", () => {
  const store = new ResourceStore("fleet");
  store.set("a", [resource("a", "x")]);
  assert.throws(
    () => store.set("a", [resource("b", "x"), resource("b", "y")]),
    /owner a contributes a resource twice: .*Cluster b/,
  );
  assert.deepEqual([...store.names(typeUrls.cluster)], ["a"]);
});

Deno.test("clear withdraws everything, and says so", () => {
  const store = new ResourceStore("fleet");
  store.set("a", [resource("a", "x")]);
  const seen = record(store);
  store.clear();
  assert.deepEqual(seen, ["cluster a"]);
  assert.equal(store.count(typeUrls.cluster), 0);
});

Deno.test("a listener that is disposed hears nothing", () => {
  const store = new ResourceStore("fleet");
  let calls = 0;
  store.subscribe(() => calls++)[Symbol.dispose]();
  store.set("a", [resource("a", "x")]);
  assert.equal(calls, 0);
});

const contribution = fc.record({
  owner: fc.constantFrom("a", "b", "c"),
  names: fc.uniqueArray(fc.constantFrom("n1", "n2", "n3"), { maxLength: 3 }),
  content: fc.constantFrom("x", "y"),
});

Deno.test("property: what is served depends on the contributions, not on their history", () => {
  fc.assert(fc.property(fc.array(contribution, { maxLength: 25 }), (history) => {
    const store = new ResourceStore("fleet");
    const latest = new Map<string, readonly Resource[]>();
    const known = new Map<string, string | undefined>();
    store.subscribe(({ names }) => {
      for (const name of names) known.set(name, store.get(typeUrls.cluster, name)?.version);
    });
    for (const { owner, names, content } of history) {
      const resources = names.map((name) => resource(name, content));
      store.set(owner, resources);
      latest.set(owner, resources);
    }
    const fresh = new ResourceStore("fleet");
    for (const owner of [...latest.keys()].sort().reverse()) fresh.set(owner, latest.get(owner)!);
    for (const name of ["n1", "n2", "n3"]) {
      const served = store.get(typeUrls.cluster, name)?.version;
      assert.equal(served, fresh.get(typeUrls.cluster, name)?.version, "same as a fresh store");
      assert.equal(served, known.get(name), "listeners were told of every change");
    }
  }));
});

Deno.test("a withheld name is served to nobody, and its release is told", () => {
  const store = new ResourceStore("fleet");
  const seen = record(store);
  const withheld = [resource("a", "x"), resource("b", "x")];
  assert.equal(store.withhold("lb", withheld), 0);
  assert.equal(store.get(typeUrls.cluster, "a"), undefined);
  assert.ok(store.isKept(typeUrls.cluster, "a"));
  assert.equal(store.isKept(typeUrls.endpoint, "a"), false);
  assert.deepEqual(seen, []);
  store.set("lb", [resource("a", "x")]);
  assert.deepEqual(seen.splice(0).sort(), ["cluster a", "cluster b"]);
  assert.equal(store.isKept(typeUrls.cluster, "a"), false);
  store.withhold("lb", withheld);
  assert.deepEqual(seen.splice(0), ["cluster a"]);
  store.delete("lb");
  assert.deepEqual(seen.splice(0).sort(), ["cluster a", "cluster b"]);
  store.withhold("lb", withheld);
  store.clear();
  assert.equal(store.isKept(typeUrls.cluster, "a"), false);
});

Deno.test("a name that one owner withholds and another contributes is served", () => {
  const store = new ResourceStore("fleet");
  store.withhold("a", [resource("shared", "x")]);
  store.set("b", [resource("shared", "x")]);
  assert.equal(store.isKept(typeUrls.cluster, "shared"), false);
  assert.ok(store.get(typeUrls.cluster, "shared"));
  store.delete("b");
  assert.ok(store.isKept(typeUrls.cluster, "shared"));
});
