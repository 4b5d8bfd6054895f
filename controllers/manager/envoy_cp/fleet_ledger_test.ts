import assert from "node:assert/strict";
import { FleetLedger } from "./fleet_ledger.ts";

Deno.test("a fleet begins with its first object and ends with its last", () => {
  const ledger = new FleetLedger();
  assert.equal(ledger.add("f", "a", 1), true);
  assert.equal(ledger.add("f", "b", 1), false);
  assert.equal(ledger.add("f", "a", 2), false);
  assert.equal(ledger.remove("f", "a"), false);
  assert.equal(ledger.remove("f", "never there"), false);
  assert.equal(ledger.remove("f", "b"), true);
  assert.equal(ledger.has("f"), false);
});

Deno.test("the interval follows the number of endpoints when it is told to, not at once", () => {
  const ledger = new FleetLedger();
  ledger.add("f", "a", 600);
  assert.equal(ledger.intervalIsStale("f"), false);
  ledger.add("f", "b", 600);
  assert.equal(ledger.intervalIsStale("f"), true);
  assert.equal(ledger.interval("f"), 5);
  ledger.refreshInterval("f");
  assert.equal(ledger.interval("f"), 10);
  ledger.add("f", "b", 1);
  assert.equal(ledger.intervalIsStale("f"), true);
  ledger.refreshInterval("f");
  assert.equal(ledger.interval("f"), 5);
});
