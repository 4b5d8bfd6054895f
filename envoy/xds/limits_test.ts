import assert from "node:assert/strict";
import { Connections, defaultLimits } from "./limits.ts";

Deno.test("a connection may have so many streams, and others still get theirs", () => {
  const connections = new Connections({ ...defaultLimits, streamsPerConnection: 2 });
  connections.opened("a:1");
  connections.opened("a:1");
  assert.match(connections.refusal("a:1")!, /2 streams/);
  assert.equal(connections.refusal("a:2"), undefined);
  assert.equal(connections.closed("a:1"), false);
  assert.equal(connections.refusal("a:1"), undefined);
});

Deno.test("so many connections are taken; one that ends makes room", () => {
  const connections = new Connections({ ...defaultLimits, connections: 1 });
  connections.opened("a:1");
  assert.match(connections.refusal("b:1")!, /1 connections/);
  // One that is there already may open further streams.
  assert.equal(connections.refusal("a:1"), undefined);
  assert.equal(connections.closed("a:1"), true);
  assert.equal(connections.refusal("b:1"), undefined);
  assert.equal(connections.size, 0);
});
