import assert from "node:assert/strict";
import { type AssignedPort, movedPorts } from "./port_table.ts";

const table = (entries: Record<string, [number, string]>) =>
  new Map(
    Object.entries(entries).map(([key, [listenerPort, addresses]]): [string, AssignedPort] => [
      key,
      { listenerPort, addresses },
    ]),
  );

Deno.test("what both tables have alike has not moved, nor what has come or gone", () => {
  const before = table({ a: [10_000, "127.9.0.1"], gone: [10_001, "127.9.0.2"] });
  const after = table({ a: [10_000, "127.9.0.1"], come: [10_001, "127.9.0.2"] });
  assert.deepEqual(movedPorts(before, after), []);
});

Deno.test("another listener port and another address are moves, and so is a lost address", () => {
  const before = table({ port: [10_000, "x"], address: [10_001, "x"], lost: [10_002, "x"] });
  const after = table({ port: [10_009, "x"], address: [10_001, "y"], lost: [10_002, ""] });
  assert.deepEqual(movedPorts(before, after), [
    "port: 10000 at x -> 10009 at x",
    "address: 10001 at x -> 10001 at y",
    "lost: 10002 at x -> 10002 at ",
  ]);
});

Deno.test("the first address of a Service is no move", () => {
  assert.deepEqual(movedPorts(table({ a: [10_000, ""] }), table({ a: [10_000, "x"] })), []);
});
