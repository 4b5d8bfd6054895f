import assert from "node:assert/strict";
import { FleetLedger } from "./fleet_ledger.ts";

const endpoints = (checked: number) => ({ checked, datagramPorts: 0 });

Deno.test("a fleet begins with its first object and ends with its last", () => {
  const ledger = new FleetLedger();
  assert.equal(ledger.add("f", "a", endpoints(1)), true);
  assert.equal(ledger.add("f", "b", endpoints(1)), false);
  assert.equal(ledger.add("f", "a", endpoints(2)), false);
  assert.equal(ledger.remove("f", "a"), false);
  assert.equal(ledger.remove("f", "never there"), false);
  assert.equal(ledger.remove("f", "b"), true);
  assert.equal(ledger.has("f"), false);
});

Deno.test("the interval follows the number of endpoints when it is told to, not at once", () => {
  const ledger = new FleetLedger();
  ledger.add("f", "a", endpoints(600));
  assert.equal(ledger.isStale("f"), false);
  ledger.add("f", "b", endpoints(600));
  assert.equal(ledger.isStale("f"), true);
  assert.equal(ledger.interval("f"), 5);
  ledger.refresh("f");
  assert.equal(ledger.interval("f"), 10);
  ledger.add("f", "b", endpoints(1));
  assert.equal(ledger.isStale("f"), true);
  ledger.refresh("f");
  assert.equal(ledger.interval("f"), 5);
});

Deno.test("the clients of UDP are divided by the number of ports when it is told to", () => {
  const ledger = new FleetLedger();
  ledger.add("f", "a", { checked: 0, datagramPorts: 5 });
  assert.deepEqual([ledger.shares("f"), ledger.isStale("f")], [4, true]);
  ledger.refresh("f");
  assert.deepEqual([ledger.shares("f"), ledger.isStale("f")], [8, false]);
  ledger.add("f", "a", { checked: 0, datagramPorts: 2 });
  ledger.add("f", "b", { checked: 0, datagramPorts: 2 });
  ledger.refresh("f");
  assert.equal(ledger.shares("f"), 4);
});
