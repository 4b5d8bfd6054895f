import assert from "node:assert/strict";
import { ByResource } from "./by_resource.ts";

Deno.test("resources of different types and one name are told apart", () => {
  const values = new ByResource<number>();
  values.set("cluster", "web", 1);
  values.set("listener", "web", 2);
  assert.equal(values.get("cluster", "web"), 1);
  values.delete("cluster", "web");
  assert.equal(values.get("cluster", "web"), undefined);
  assert.equal(values.get("listener", "web"), 2);
});

Deno.test("what was never set is undefined, and can be deleted", () => {
  const values = new ByResource<number>();
  values.delete("cluster", "web");
  assert.equal(values.get("cluster", "web"), undefined);
});

Deno.test("names are those of all types that still have a value", () => {
  const values = new ByResource<number>();
  values.set("cluster", "web", 1);
  values.set("listener", "mail", 2);
  values.set("listener", "gone", 3);
  values.delete("listener", "gone");
  assert.deepEqual(values.names(), ["web", "mail"]);
});
