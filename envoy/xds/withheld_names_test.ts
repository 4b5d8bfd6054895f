import assert from "node:assert/strict";
import { WithheldNames } from "./withheld_names.ts";

const cluster = (name: string) => ({ typeUrl: "cluster", name });

Deno.test("an owner's names replace those it withheld before", () => {
  const names = new WithheldNames();
  assert.deepEqual(names.set("x", [cluster("a"), cluster("b")]), []);
  assert.deepEqual(names.set("x", [cluster("b"), cluster("c")]), [cluster("a")]);
  assert.deepEqual(["a", "b", "c"].map((name) => names.has("cluster", name)), [false, true, true]);
  assert.equal(names.has("listener", "b"), false);
});

Deno.test("a name of two owners is free when both have released it", () => {
  const names = new WithheldNames();
  names.set("x", [cluster("a")]);
  names.set("y", [cluster("a")]);
  assert.deepEqual(names.set("x", []), []);
  assert.deepEqual(names.set("y", []), [cluster("a")]);
  assert.equal(names.has("cluster", "a"), false);
});
