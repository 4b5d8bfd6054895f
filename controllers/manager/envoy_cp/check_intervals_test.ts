import assert from "node:assert/strict";
import { FakeClock } from "../../../base/fake_clock.ts";
import { CheckIntervals } from "./check_intervals.ts";
import { FleetLedger } from "./fleet_ledger.ts";

Deno.test("a burst of endpoints changes the interval once, when it is over", async () => {
  const clock = new FakeClock();
  const ledger = new FleetLedger();
  const changed: string[] = [];
  using intervals = new CheckIntervals(ledger, clock, (fleet) => changed.push(fleet));
  for (const key of ["a", "b", "c", "d"]) {
    ledger.add("f", key, 600);
    intervals.look("f");
    await clock.advance(100);
  }
  assert.deepEqual([changed, ledger.interval("f")], [[], 5]);
  await clock.advance(1_000);
  assert.deepEqual([changed, ledger.interval("f")], [["f"], 20]);
});

Deno.test("an interval that fits again in the meantime stays, and nothing is left ticking", async () => {
  const clock = new FakeClock();
  const ledger = new FleetLedger();
  const changed: string[] = [];
  using intervals = new CheckIntervals(ledger, clock, (fleet) => changed.push(fleet));
  ledger.add("f", "a", 1_500);
  intervals.look("f");
  ledger.add("f", "a", 10);
  await clock.advance(2_000);
  assert.deepEqual(changed, []);
  assert.equal(clock.pending, 0);
});
