import assert from "node:assert/strict";
import { ResourceStores, type StoresEvent } from "./resource_stores.ts";

Deno.test("a fleet has one store, until it is removed", () => {
  const stores = new ResourceStores();
  const events: StoresEvent[] = [];
  stores.subscribe((event) => events.push(event));
  const store = stores.get("a");
  assert.equal(stores.get("a"), store);
  stores.remove("a");
  assert.equal(stores.has("a"), false);
  assert.notEqual(stores.get("a"), store);
  stores.remove("never-there");
  assert.deepEqual(events, [{ type: "removed", fleet: "a" }]);
});

Deno.test("synced is said once", () => {
  const stores = new ResourceStores();
  const events: StoresEvent[] = [];
  using _subscription = stores.subscribe((event) => events.push(event));
  assert.equal(stores.synced, false);
  stores.markSynced();
  stores.markSynced();
  assert.equal(stores.synced, true);
  assert.deepEqual(events, [{ type: "synced" }]);
});

Deno.test("waiting until synced ends with it, or with the signal", async () => {
  const stores = new ResourceStores();
  const stop = new AbortController();
  const given = stores.whenSynced(stop.signal);
  const waited = stores.whenSynced(new AbortController().signal);
  stop.abort();
  assert.equal(await given, false);
  assert.equal(await stores.whenSynced(stop.signal), false);
  stores.markSynced();
  assert.equal(await waited, true);
  assert.equal(await stores.whenSynced(stop.signal), true, "what is so needs no waiting");
});
