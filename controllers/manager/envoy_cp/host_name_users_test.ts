import assert from "node:assert/strict";
import { HostNameUsers } from "./host_name_users.ts";

Deno.test("a host name is released when its last user gives it up", () => {
  const released: string[] = [];
  const users = new HostNameUsers({ release: (name) => released.push(name) });
  users.set("one", ["a", "b"]);
  users.set("two", ["b"]);
  assert.deepEqual([...users.of("b")], ["one", "two"]);
  users.set("one", ["b"]);
  assert.deepEqual(released, ["a"]);
  users.set("one", []);
  assert.deepEqual([...users.of("b")], ["two"]);
  users.set("two", []);
  assert.deepEqual(released, ["a", "b"]);
  assert.deepEqual([...users.of("b")], []);
});
