import assert from "node:assert/strict";
import { isIPv4 } from "node:net";
import { changeAt, firstAddress, nameOf } from "./trace.ts";

Deno.test("no change of a trace has an address that another one has, and all are equally long", () => {
  const addresses = Array.from({ length: 50_000 }, (_, index) => changeAt(index, 10).address);
  assert.equal(new Set([...addresses, firstAddress]).size, 50_001);
  assert.ok(addresses.every((address) => address.length === 14 && isIPv4(address)));
});

Deno.test("all load balancers take turns", () => {
  for (const resources of [1, 10, 100, 1_000, 10_000]) {
    const changes = Array.from({ length: resources }, (_, index) => changeAt(index, resources));
    const names = new Set(changes.map(({ name }) => name));
    assert.equal(names.size, resources);
    assert.ok(names.has(nameOf(resources - 1)));
  }
});
