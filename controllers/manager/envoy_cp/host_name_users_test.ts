import assert from "node:assert/strict";
import { FakeClock } from "../../../base/fake_clock.ts";
import { Listeners } from "../../../base/listeners.ts";
import { HostNameUsers } from "./host_name_users.ts";

function resolver() {
  const answers = new Map<string, string[]>();
  const listeners = new Listeners<string>();
  const released: string[] = [];
  return {
    released,
    answer(name: string, ...addresses: string[]) {
      answers.set(name, addresses);
      listeners.emit(name);
    },
    lookup: (name: string) => answers.get(name),
    subscribe: (listener: (name: string) => void) => listeners.subscribe(listener),
    release: (name: string) => void released.push(name),
  };
}

Deno.test("a host name is released when its last user gives it up", () => {
  const hostNames = resolver();
  const users = new HostNameUsers(hostNames);
  users.set("one", ["a", "b"]);
  users.set("two", ["b"]);
  assert.deepEqual([...users.of("b")], ["one", "two"]);
  users.set("one", ["b"]);
  assert.deepEqual(hostNames.released, ["a"]);
  users.set("one", []);
  assert.deepEqual([...users.of("b")], ["two"]);
  users.set("two", []);
  assert.deepEqual(hostNames.released, ["a", "b"]);
  assert.deepEqual([...users.of("b")], []);
});

Deno.test("the first answers are waited for, but not for ever", async () => {
  const { signal } = new AbortController();
  const clock = new FakeClock();
  const hostNames = resolver();
  const users = new HostNameUsers(hostNames);
  assert.equal(await users.settle(clock, signal), false, "nothing to wait for");
  users.set("one", ["a", "b"]);
  const settled = users.settle(clock, signal);
  hostNames.answer("a", "192.0.2.1");
  hostNames.answer("b", "192.0.2.2");
  assert.equal(await settled, true);
  users.set("two", ["never"]);
  const late = users.settle(clock, signal);
  await clock.advance(2_000);
  assert.equal(await late, true);
  assert.equal(clock.pending, 0);
});
